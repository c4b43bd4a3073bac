internal import Configuration
internal import Files
internal import HDF5

/// Reads binarised MNIST as Larochelle and Murray published it: text, an image a line.
struct BinarizedMNISTImporter: Importer {
  static let name = "binarized-mnist"
  static let meaning = """
    A folder of binarized_mnist_train.amat, …_valid.amat and …_test.amat, each line 784 numbers of 0 or 1: train/images, \
    valid/images, test/images [N, 28, 28] with the scale 1.
    """

  private static let parts = ["train", "valid", "test"]
  private static let pixelCount = 784

  init(reading reader: inout ObjectReader) {}

  static func recognises(_ source: ImportSource) -> Bool {
    source.isFolder && parts.allSatisfy { isRegularFile(file($0, of: source)) }
  }

  private static func file(_ part: String, of source: ImportSource) -> String {
    source.file("binarized_mnist_\(part).amat")
  }

  func read(_ source: ImportSource, into output: ImportOutput, _ progress: ImportProgress) throws {
    // Opened before anything is written, so that what is missing is told at once.
    let streams = try Self.parts.map { try ByteStream(Self.file($0, of: source)) }
    for (number, stream) in streams.enumerated() {
      let images = try output.rows(
        "\(Self.parts[number])/images", shape: [28, 28], of: UInt8.self)
      try images.set("scale", .real(1))
      var pixels: [UInt8] = []
      while case let block = try stream.some(1 << 20), !block.isEmpty {
        for byte in block { try take(byte, into: &pixels, images, stream) }
        try progress.reached((Double(number) + stream.fractionRead) / 3)
      }
      guard pixels.isEmpty else {
        throw stream.malformed("lines of 784 numbers", "\(pixels.count) in the last")
      }
    }
  }

  /// Takes a pixel, or ends a line.
  private func take(
    _ byte: UInt8, into pixels: inout [UInt8], _ images: RowWriter<UInt8>, _ stream: ByteStream
  ) throws {
    switch byte {
    case UInt8(ascii: "0"), UInt8(ascii: "1"):
      pixels.append(byte - UInt8(ascii: "0"))
      guard pixels.count <= Self.pixelCount else {
        throw stream.malformed("lines of 784 numbers", "more in line \(images.count + 1)")
      }
    case 10:
      guard pixels.count == Self.pixelCount else {
        throw stream.malformed(
          "lines of 784 numbers", "\(pixels.count) in line \(images.count + 1)")
      }
      try images.append(pixels)
      pixels.removeAll(keepingCapacity: true)
    case 32, 13: break
    default:
      throw stream.malformed("0 and 1", "the byte \(byte) in line \(images.count + 1)")
    }
  }
}
