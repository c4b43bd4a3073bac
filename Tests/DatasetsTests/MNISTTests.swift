import CZlib
import Datasets
import Examples
import HDF5
import Testing

@Suite struct MNISTTests {
  let scratch: ScratchFolder

  init() throws { scratch = try ScratchFolder() }

  /// An IDX file's bytes.
  private func idx(_ shape: [Int], _ elements: [UInt8]) -> [UInt8] {
    [0, 0, 8, UInt8(shape.count)]
      + shape.flatMap { extent in (0..<4).map { UInt8(truncatingIfNeeded: extent >> (24 - 8 * $0)) }
      }
      + elements
  }

  private func writeCompressed(_ bytes: [UInt8], to name: String) {
    let file = unsafe gzopen(scratch.path(name), "wb")
    #expect(unsafe gzwrite(file, bytes, UInt32(bytes.count)) == Int32(bytes.count))
    #expect(unsafe gzclose(file) == Z_OK)
  }

  private func code(_ name: String) -> DatasetError.Code? {
    do throws(DatasetError) { _ = try IDXFile(reading: scratch.path(name)) } catch {
      return error.code
    }
    return nil
  }

  @Test func fourFilesBecomeOne() throws {
    let images = (0..<3 * 4 * 5).map { UInt8($0 * 4) }
    writeCompressed(idx([3, 4, 5], images), to: "train-images-idx3-ubyte.gz")
    try scratch.write(idx([3], [7, 8, 9]), to: "train-labels.idx1-ubyte")
    try scratch.write(idx([1, 4, 5], Array(images[20..<40])), to: "t10k-images-idx3-ubyte")
    writeCompressed(idx([1], [4]), to: "t10k-labels.idx1-ubyte.gz")
    let path = scratch.path("mnist.h5")
    try MNISTImporter.importFiles(from: scratch.path(""), to: path)

    let file = try HDF5File(reading: path)
    #expect(try file.info("train/images").shape == [3, 4, 5])
    #expect(try file.read("train/images", as: UInt8.self) == images)
    #expect(try file.read("test/images", as: UInt8.self) == Array(images[20..<40]))
    #expect(try file.attribute("scale", of: "test/images") == .real(1 / 255))
    let labels = try DatasetReader.open(file: path, dataset: "train/labels", as: .classes)
    #expect(labels.classes == ["7", "8", "9"] && labels.rows([2, 0]) == [0, 0, 1, 1, 0, 0])
    #expect(try DatasetReader.open(file: path, dataset: "test/labels", as: .any).classes == ["4"])
    let examples = try DatasetReader.open(file: path, dataset: "train/images")
    #expect(examples.exampleShape == [4, 5, 1] && examples.scale == Float(1.0 / 255))
  }

  @Test func aMissingFileIsNamedBeforeAnythingIsWritten() throws {
    try scratch.write(idx([1, 1, 1], [0]), to: "train-images-idx3-ubyte")
    do {
      try MNISTImporter.importFiles(from: scratch.path(""), to: scratch.path("mnist.h5"))
      Issue.record("no error")
    } catch let error as DatasetError {
      #expect(error.code == .missingFile && error.expected.contains("train-labels-idx1-ubyte"))
    }
    #expect(try scratch.names() == ["train-images-idx3-ubyte"])
  }

  @Test func filesThatDoNotBelongTogetherAreRefused() throws {
    for (name, bytes) in [
      ("train-images-idx3-ubyte", idx([2, 1, 1], [0, 0])),
      ("train-labels-idx1-ubyte", idx([1], [0])),
      ("t10k-images-idx3-ubyte", idx([1, 1, 1], [0])), ("t10k-labels-idx1-ubyte", idx([1], [0])),
    ] {
      try scratch.write(bytes, to: name)
    }
    #expect(throws: DatasetError.self) {
      try MNISTImporter.importFiles(from: scratch.path(""), to: scratch.path("mnist.h5"))
    }
    #expect(try scratch.names().count == 4, "no file is left")
  }

  /// Every way to be shorter, longer, or of another kind.
  @Test func malformedFilesAreRefused() throws {
    let whole = idx([2, 3], [1, 2, 3, 4, 5, 6])
    for count in 0..<whole.count {
      try scratch.write(Array(whole.prefix(count)), to: "short")
      #expect(code("short") == .malformed, "\(count) bytes")
    }
    for (index, value) in [(0, 1), (1, 1), (2, 9), (3, 0), (3, 5), (4, 255), (7, 0), (7, 3)] {
      var bytes = whole
      bytes[index] = UInt8(value)
      try scratch.write(bytes, to: "changed")
      #expect(code("changed") == .malformed, "byte \(index) is \(value)")
    }
    try scratch.write(whole + [0], to: "long")
    #expect(code("long") == .malformed)
    try scratch.write(whole, to: "whole")
    #expect(code("whole") == nil)
    #expect(code("absent") == .missingFile)
  }

  @Test func damagedCompressionIsRefused() throws {
    let elements = (0..<5000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
    writeCompressed(idx([5000], elements), to: "whole.gz")
    #expect(code("whole.gz") == nil)
    let bytes = try scratch.bytes("whole.gz")
    for count in [1, 5, bytes.count / 2, bytes.count - 8, bytes.count - 1] {
      try scratch.write(Array(bytes.prefix(count)), to: "short.gz")
      #expect(code("short.gz") == .malformed, "\(count) bytes")
    }
    var flipped = bytes
    flipped[bytes.count - 6] ^= 1  // In the checksum at the end.
    try scratch.write(flipped, to: "flipped.gz")
    #expect(code("flipped.gz") == .malformed)
  }
}
