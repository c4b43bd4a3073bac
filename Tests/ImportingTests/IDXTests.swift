import CZlib
import Foundation
import HDF5
import Testing

import Importing

@Suite struct IDXTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

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

  private func code(_ name: String) -> ImportError.Code? {
    do throws(ImportError) {
      let file = try IDXFile(reading: scratch.path(name))
      while try !file.next().isEmpty {}
    } catch {
      return error.code
    }
    return nil
  }

  private func convert(_ source: String, to path: String) throws {
    _ = try Importing(source, format: "idx").write(to: path)
  }

  @Test func fourFilesBecomeOne() throws {
    let images = (0..<3 * 4 * 5).map { UInt8($0 * 4) }
    writeCompressed(idx([3, 4, 5], images), to: "train-images-idx3-ubyte.gz")
    try scratch.write(idx([3], [7, 8, 9]), to: "train-labels.idx1-ubyte")
    try scratch.write(idx([1, 4, 5], Array(images[20..<40])), to: "t10k-images-idx3-ubyte")
    writeCompressed(idx([1], [4]), to: "t10k-labels.idx1-ubyte.gz")
    let path = scratch.path("mnist.h5")
    try convert(scratch.path(""), to: path)

    let file = try HDF5File(reading: path)
    #expect(try file.info("train/images").shape == [3, 4, 5])
    #expect(try file.read("train/images", as: UInt8.self) == images)
    #expect(try file.read("test/images", as: UInt8.self) == Array(images[20..<40]))
    #expect(try file.attribute("scale", of: "test/images") == .real(1 / 255))
    #expect(try file.read("train/labels", as: UInt8.self) == [7, 8, 9])
    #expect(try file.read("test/labels", as: UInt8.self) == [4])
  }

  /// Each element type, its bytes and what they are, at both ends of its range.
  @Test func everyElementTypeIsRead() throws {
    func read<T: HDF5Element & Equatable>(
      _ type: UInt8, _ bytes: [UInt8], _ name: String, _ values: [T], axes: [Int] = [2]
    ) throws {
      var file = idx(axes, bytes)
      file[2] = type
      try scratch.write(file, to: "one.idx")
      let output = scratch.path("\(UUID()).h5")
      try convert(scratch.path("one.idx"), to: output)
      let result = try HDF5File(reading: output)
      #expect(try result.read(name, as: T.self) == values)
      #expect(try result.info(name).shape == axes)
    }
    try read(0x08, [0, 255], "labels", [UInt8(0), 255])
    try read(0x08, [0, 255], "x", [UInt8(0), 255], axes: [1, 2])
    try read(0x08, [0, 255], "images", [UInt8(0), 255], axes: [1, 2, 1])
    try read(0x09, [128, 127], "labels", [Int32(-128), 127])
    try read(0x0B, [128, 0, 127, 255], "labels", [Int32(-32768), 32767])
    try read(0x0C, [128, 0, 0, 0, 127, 255, 255, 255], "labels", [Int32.min, Int32.max])
    try read(0x0D, [0x3F, 0x80, 0, 0, 0xC0, 0x49, 0x0F, 0xDA], "x", [Float(1), -Float.pi])
    try read(
      0x0E, [0x3F, 0xF0, 0, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0], "x", [1.0, -2.0],
      axes: [2, 1])
  }

  @Test func aMissingFileIsNamedBeforeAnythingIsWritten() throws {
    try scratch.write(idx([1, 1, 1], [0]), to: "train-images-idx3-ubyte")
    do {
      try convert(scratch.path(""), to: scratch.path("mnist.h5"))
      Issue.record("no error")
    } catch let error as ImportError {
      #expect(error.code == .missingFile && error.expected.contains("train-labels-idx1-ubyte"))
    }
    #expect(scratch.names == ["train-images-idx3-ubyte"])
  }

  @Test func filesThatDoNotBelongTogetherAreRefused() throws {
    for (name, bytes) in [
      ("train-images-idx3-ubyte", idx([2, 1, 1], [0, 0])),
      ("train-labels-idx1-ubyte", idx([1], [0])),
      ("t10k-images-idx3-ubyte", idx([1, 1, 1], [0])), ("t10k-labels-idx1-ubyte", idx([1], [0])),
    ] {
      try scratch.write(bytes, to: name)
    }
    #expect(throws: ImportError.self) {
      try convert(scratch.path(""), to: scratch.path("mnist.h5"))
    }
    #expect(scratch.names.count == 4, "no file is left")
  }

  /// Every way to be shorter, longer, or of another kind.
  @Test func malformedFilesAreRefused() throws {
    let whole = idx([2, 3], [1, 2, 3, 4, 5, 6])
    for count in 0..<whole.count {
      try scratch.write(Array(whole.prefix(count)), to: "short")
      #expect(code("short") == .malformed, "\(count) bytes")
    }
    for (index, value) in [(0, 1), (1, 1), (2, 10), (3, 0), (3, 5), (4, 255), (7, 0), (7, 3)] {
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
