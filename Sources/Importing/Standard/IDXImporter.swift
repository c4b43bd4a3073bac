internal import Configuration
internal import Files
internal import HDF5

/// Reads IDX files: one alone, or the four of MNIST and of sets in its form.
struct IDXImporter: Importer {
  static let name = "idx"
  static let meaning = """
    An IDX file of any element type: bytes of 3 axes become 'images' with the scale 1/255, those of one axis 'labels', all else \
    'x'. Or a folder of MNIST's four files, train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-…, with a dot or a hyphen \
    before 'idx', gzip-compressed or not: train/images, train/labels, test/images, test/labels.
    """

  init(reading reader: inout ObjectReader) {}

  static func recognises(_ source: ImportSource) -> Bool {
    if source.isFolder {
      return (try? find("train-images", "idx3-ubyte", in: source)) != nil
    }
    let start = source.firstBytes
    return start.count >= 8 && start[0] == 0 && start[1] == 0
      && IDXFile.Element(rawValue: start[2]) != nil && (1...4).contains(start[3])
  }

  func read(_ source: ImportSource, into output: ImportOutput, _ progress: ImportProgress) throws {
    if source.isFolder { return try readFolder(source, into: output, progress) }
    let file = try IDXFile(reading: source.path)
    let isGrey = file.element == .uint8 && file.shape.count >= 3
    let name =
      isGrey ? "images" : file.shape.count == 1 && file.element.isInteger ? "labels" : "x"
    try Self.copy(file, to: name, of: output) { try progress.reached(file.fractionRead) }
  }

  private func readFolder(
    _ source: ImportSource, into output: ImportOutput, _ progress: ImportProgress
  ) throws {
    // Found before anything is written, so that what is missing is told at once.
    let files = try ["train", "t10k"].map { prefix in
      (
        images: try Self.find("\(prefix)-images", "idx3-ubyte", in: source),
        labels: try Self.find("\(prefix)-labels", "idx1-ubyte", in: source)
      )
    }
    for (part, paths) in zip(["train", "test"], files) {
      let labels = try IDXFile(reading: paths.labels)
      let images = try IDXFile(reading: paths.images)
      try Self.require(labels, of: [], "labels: bytes of one axis")
      try Self.require(images, of: [0, 0], "images: bytes of three axes")
      guard images.shape[0] == labels.shape[0] else {
        throw images.mismatch(
          "\(labels.shape[0]) images, as labels", "\(images.shape[0])",
          "Check that the four files belong together.")
      }
      try Self.copy(images, to: "\(part)/images", of: output) {
        let done = images.fractionRead * 0.5
        try progress.reached(part == "train" ? done : 0.5 + done)
      }
      try Self.copy(labels, to: "\(part)/labels", of: output) {}
    }
  }

  private static func require(
    _ file: IDXFile, of rowShape: [Int], _ expected: String
  ) throws(ImportError) {
    guard file.element == .uint8, file.shape.count == rowShape.count + 1 else {
      throw file.mismatch(
        expected, "\(file.element) of shape \(file.shape)",
        "Check that the file has the right name.")
    }
  }

  /// Copies all rows, in the smallest of the output's types that holds the elements.
  private static func copy(
    _ file: IDXFile, to name: String, of output: ImportOutput, _ step: () throws -> Void
  ) throws {
    func copy<T: HDF5Element>(_ convert: ([UInt8]) -> [T]) throws -> RowWriter<T> {
      let rows = try output.rows(name, shape: Array(file.shape.dropFirst()), of: T.self)
      while case let block = try file.next(), !block.isEmpty {
        try rows.append(convert(block))
        try step()
      }
      return rows
    }
    switch file.element {
    case .uint8:
      let rows = try copy { $0 }
      if file.shape.count >= 3 { try rows.set("scale", .real(1 / 255)) }
    case .int8: _ = try copy { $0.map { Int32(Int8(bitPattern: $0)) } }
    case .int16:
      _ = try copy {
        $0.integers(UInt16.self, isBigEndian: true).map { Int32(Int16(bitPattern: $0)) }
      }
    case .int32:
      _ = try copy { $0.integers(UInt32.self, isBigEndian: true).map { Int32(bitPattern: $0) } }
    case .float32:
      _ = try copy { $0.integers(UInt32.self, isBigEndian: true).map { Float(bitPattern: $0) } }
    case .float64:
      _ = try copy { $0.integers(UInt64.self, isBigEndian: true).map { Double(bitPattern: $0) } }
    }
  }

  private static func find(
    _ stem: String, _ suffix: String, in source: ImportSource
  ) throws(ImportError) -> String {
    let names = ["-", "."].flatMap { ["\(stem)\($0)\(suffix)", "\(stem)\($0)\(suffix).gz"] }
    for name in names where !isMissing(source.file(name)) { return source.file(name) }
    throw source.problem(
      .missingFile, "'\(names[0])', with or without .gz", "no such file",
      "Put the four files into this folder, or name the folder they are in.")
  }
}

extension IDXFile.Element {
  /// Whether elements are whole numbers.
  var isInteger: Bool { self != .float32 && self != .float64 }
}
