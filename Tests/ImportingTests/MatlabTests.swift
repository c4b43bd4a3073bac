import CZlib
import Foundation
import HDF5
import Testing

import Importing

@Suite struct MatlabTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func convert(_ variables: [[UInt8]], _ options: String...) throws -> HDF5File {
    try scratch.write(mat(variables), to: "a.mat")
    let path = scratch.path("out-\(UUID()).h5")
    _ = try Importing(scratch.path("a.mat"), options: options).write(to: path)
    return try HDF5File(reading: path)
  }

  /// Columns [1 2 3] and [4 5 6], as doubles that are stored as bytes.
  private let plain = matrix("X", kind: 6, [3, 2], piece(2, [1, 2, 3, 4, 5, 6]))

  @Test func rowsAreExamples() throws {
    let labels = matrix("y", kind: 9, [1, 3], piece(2, [9, 7, 8]))
    let wide = matrix("other", kind: 9, [2, 2], piece(2, [1, 2, 3, 4]))
    let file = try convert([wide, plain, labels])
    #expect(try file.read("x", as: Double.self) == [1, 4, 2, 5, 3, 6])
    #expect(try file.read("labels", as: Int64.self) == [9, 7, 8])
    #expect(!file.contains("other"))
    #expect(try convert([plain], "examples=last").read("x", as: Double.self) == [1, 2, 3, 4, 5, 6])
    #expect(try convert([plain, wide], "data=other").info("x").shape == [2, 2])
    #expect(throws: ImportError.self) { _ = try convert([plain], "data=missing") }
  }

  @Test func compressedVariablesAreRead() throws {
    let file = try convert([compressed(plain)])
    #expect(try file.read("x", as: Double.self) == [1, 4, 2, 5, 3, 6])
  }

  @Test func picturesKeepTheirAxes() throws {
    let values = (0..<2 * 3 * 2 * 2).map { UInt8($0) }
    let file = try convert([matrix("X", kind: 9, [2, 3, 2, 2], piece(2, values))], "examples=last")
    #expect(try file.info("images").shape == [2, 2, 3, 2])
    #expect(
      try file.read("images", as: UInt8.self).prefix(12)
        == [0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11])
    #expect(try file.attribute("scale", of: "images") == .real(1 / 255))
  }

  @Test func sparseColumnsBecomeSparseRows() throws {
    // [[0, 5], [3, 0], [4, 6]]
    let sparse = matrix(
      "fea", kind: 5, [3, 2],
      piece(5, words([1, 2, 0, 2])) + piece(5, words([0, 2, 4])) + piece(2, [3, 4, 5, 6]))
    let file = try convert([sparse])
    #expect(try file.read("x/data", as: Float.self) == [5, 3, 4, 6])
    #expect(try file.read("x/indices", as: Int32.self) == [1, 0, 0, 1])
    #expect(try file.read("x/indptr", as: Int64.self) == [0, 1, 2, 4])
    let twice = matrix(
      "fea", kind: 5, [3, 1],
      piece(5, words([1, 1])) + piece(5, words([0, 2])) + piece(2, [3, 4]))
    #expect(throws: ImportError.self) { _ = try convert([twice]) }
  }

  @Test func cellsOfFramesBecomeSequences() throws {
    func cells(_ name: String, _ values: [[UInt8]]) -> [UInt8] {
      matrix(
        name, kind: 1, [1, values.count],
        values.flatMap { matrix("", kind: 9, [$0.count / 2, 2], piece(2, $0)) })
    }
    let file = try convert([
      cells("traindata", [[1, 2, 3, 4, 5, 6], [7, 8]]), cells("testdata", [[9, 0]]),
    ])
    #expect(try file.read("train/x", as: UInt8.self) == [1, 4, 2, 5, 3, 6, 7, 8])
    #expect(try file.read("train/sequence", as: Int32.self) == [0, 0, 0, 1])
    #expect(try file.read("test/x", as: UInt8.self) == [9, 0])
  }

  @Test func versionFourIsRead() throws {
    let header = words([0, 2, 2, 0, 2])  // Doubles, 2 × 2, real, a name of two bytes.
    let values = [1.0, 2, 3, 4].flatMap { number in
      (0..<8).map { UInt8(truncatingIfNeeded: number.bitPattern >> (8 * UInt64($0))) }
    }
    try scratch.write(header + [0x58, 0] + values, to: "a.mat")
    _ = try Importing(scratch.path("a.mat")).write(to: scratch.path("a.h5"))
    #expect(try HDF5File(reading: scratch.path("a.h5")).read("x", as: Double.self) == [1, 3, 2, 4])
  }

  @Test func whatIsWrongIsTold() throws {
    for (name, bytes, word) in [
      ("7.3", Array("MATLAB 7.3 MAT-file".utf8), "HDF5"),
      ("text", Array("MATLAB 5.0".utf8), "-v7"),
      ("cut", Array(mat([plain]).dropLast(9)), "-v7"),
      ("name", mat([matrix("../x", kind: 9, [1, 1], piece(2, [1]))]), "letters"),
      ("count", mat([matrix("x", kind: 9, [2, 2], piece(2, [1]))]), "4 elements"),
      (
        "extents", mat([matrix("x", kind: 9, [1 << 31 - 1, 1 << 31 - 1], piece(2, [1]))]),
        "elements"
      ),
      ("nothing", mat([]), "no variable"),
      ("text alone", mat([matrix("x", kind: 4, [1, 1], piece(2, [65]))]), "characters"),
      ("range", mat([matrix("x", kind: 9, [1, 1], piece(5, words([256])))]), "8 bits"),
    ] {
      try scratch.write(bytes, to: "a.mat")
      do {
        _ = try Importing(scratch.path("a.mat")).write(to: scratch.path("a.h5"))
        Issue.record("\(name): no error")
      } catch let error as ImportError {
        #expect("\(error)".contains(word), "\(name): \(error)")
      }
    }
  }
}

/// A MATLAB file of version 5.
func mat(_ variables: [[UInt8]]) -> [UInt8] {
  let text = Array("MATLAB 5.0 MAT-file".utf8)
  return text + [UInt8](repeating: 32, count: 124 - text.count) + [0, 1, 0x49, 0x4D]
    + variables.flatMap { $0 }
}

/// A piece of data of a type, padded to eight bytes.
func piece(_ type: Int, _ data: [UInt8]) -> [UInt8] {
  words([type, data.count]) + data + [UInt8](repeating: 0, count: (8 - data.count % 8) % 8)
}

/// An array of a class.
func matrix(_ name: String, kind: Int, _ shape: [Int], _ content: [UInt8]) -> [UInt8] {
  piece(
    14, piece(6, words([kind, 0])) + piece(5, words(shape)) + piece(1, Array(name.utf8)) + content)
}

/// The same, compressed by zlib.
func compressed(_ element: [UInt8]) -> [UInt8] {
  var target = [UInt8](repeating: 0, count: 1000)
  var count = UInt(target.count)
  #expect(unsafe compress(&target, &count, element, UInt(element.count)) == Z_OK)
  return words([15, Int(count)]) + target.prefix(Int(count))
}

/// Integers of four bytes, lowest first.
func words(_ numbers: [Int]) -> [UInt8] {
  numbers.flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
}
