import Foundation
import HDF5
import TestScale
import Testing

import Importing

@Suite struct SparseImporterTests {
  /// Rows of a matrix in CSR form, with their zeros.
  private func dense(_ file: HDF5File, _ name: String = "x") throws -> [[Float]] {
    let values = try file.values("\(name)/data", Float.self)
    let columns = try file.values("\(name)/indices", Int32.self)
    let starts = try file.values("\(name)/indptr", Int64.self).map { Int($0) }
    guard case .integers(let shape) = try file.attribute("shape", of: name) else { return [] }
    return (0..<shape[0]).map { row in
      var line = [Float](repeating: 0, count: shape[1])
      for i in starts[row]..<starts[row + 1] { line[Int(columns[i])] = values[i] }
      return line
    }
  }

  private let banner = "%%MatrixMarket matrix coordinate real"

  @Test func entriesInAnyOrderBecomeRows() throws {
    let scratch = try Scratch()
    let text =
      "\(banner) general\n% about\n\n3 4 5\n3 4 1.5\r\n1 2 2\n1 1 -3e0\n1 2 5\n 2   1\t0 \n"
    let rows: [[Float]] = [[-3, 7, 0, 0], [0, 0, 0, 0], [0, 0, 0, 1.5]]
    #expect(try dense(scratch.imported("a.mtx", text.utf8).file) == rows)
    let turned = try dense(scratch.imported("a.mtx", text.utf8, ["transpose=true"]).file)
    #expect(turned == (0..<4).map { column in rows.map { $0[column] } })
  }

  @Test func symmetryFillsTheOtherHalf() throws {
    let scratch = try Scratch()
    let body = "\n2 2 2\n2 1 5\n"
    #expect(
      try dense(scratch.imported("a.mtx", (banner + " symmetric" + body + "2 2 1").utf8).file)
        == [[0, 5], [5, 1]])
    #expect(
      try dense(
        scratch.imported("a.mtx", (banner + " skew-symmetric\n2 2 1\n2 1 5").utf8).file)
        == [[0, -5], [5, 0]])
    let array = "%%MatrixMarket matrix array integer symmetric\n2 2\n1\n2\n3\n"
    #expect(try scratch.imported("a.mtx", array.utf8).file.values("x", Float.self) == [1, 2, 2, 3])
  }

  /// However few entries are held at a time.
  @Test(arguments: [1, 2, 7, 1000]) func passesMakeNoDifference(held: Int) throws {
    let scratch = try Scratch()
    let places = (0..<60).map { (row: $0 * 7 % 10, column: $0 * 11 % 13) }
    let text =
      "\(banner) general\n10 13 60\n"
      + places.enumerated().map { "\($1.row + 1) \($1.column + 1) \($0 + 1)\n" }.joined()
    try Data(text.utf8).write(to: URL(filePath: scratch.path("a.mtx")))
    let source = try ImportSource(scratch.path("a.mtx"))
    let matrix = try MatrixMarketFile(source)
    let entries = MatrixEntries(
      rowCount: 10, columnCount: 13, heldCount: held,
      forEach: { try matrix.forEachEntry($0, $1) })
    let progress = ImportProgress(skipsBad: false) { #expect((0...1).contains($0)) }
    try HDF5File.write(to: scratch.path("out.h5"), replacing: false) { file in
      let output = ImportOutput(file)
      try entries.writeSparse(source, into: output.matrix("x", columnCount: 13), progress)
      _ = try output.finish()
    }
    var expected = [[Float]](repeating: [Float](repeating: 0, count: 13), count: 10)
    for (i, place) in places.enumerated() { expected[place.row][place.column] += Float(i + 1) }
    #expect(try dense(HDF5File(reading: scratch.path("out.h5"))) == expected)
  }

  @Test func whatIsWrongInAMatrixIsSaidWithItsLine() throws {
    let scratch = try Scratch()
    for (text, words) in [
      ("\(banner) general\n2 2 1\n3 1 5\n", "line 3: "),
      ("\(banner) general\n2 2 1\n1 1 x\n", "'x'"),
      ("\(banner) general\n2 2 1\n1 1 nan\n", "a finite number"),
      ("\(banner) general\n2 2 2\n1 1 1\n", "expected 2 entries"),
      ("\(banner) general\n2 2 1\n1 1 1\n1 1 1\n", "line 4"),
      ("\(banner) hermitian\n2 2 0\n", "skew-symmetric"),
      ("%%MatrixMarket matrix coordinate complex general\n", "complex"),
      ("\(banner) symmetric\n2 3 0\n", "as many columns"), ("\(banner) general\n", "extents"),
      ("\(banner) general\n2000000000 2 1\n1 1 1\n", "rows with entries"),
    ] {
      let refusal = scratch.refusal("a.mtx", text.utf8)
      #expect(refusal.contains(words), "\(refusal)")
    }
  }

  @Test func labelledRows() throws {
    let scratch = try Scratch()
    let text = "# a file\n+1 qid:3 1:0.5 4:2 # note\n-1 qid:4\n\n1.0 3:1e1 2:-1\n"
    let (file, _) = try scratch.imported("a.svm", text.utf8)
    #expect(try dense(file) == [[0.5, 0, 0, 2], [0, 0, 0, 0], [0, -1, 10, 0]])
    #expect(try file.values("labels", Int32.self) == [1, 0, 1])
    #expect(try file.attribute("classes", of: "labels") == .strings(["-1", "1"]))
    let zero = try scratch.imported(
      "a.svm", text.utf8, ["firstIndex=0", "columnCount=6", "labels=none"])
    #expect(try dense(zero.file)[0] == [0, 0.5, 0, 0, 2, 0])
    #expect(!zero.file.contains("labels"))
    let numbers = try scratch.imported("a.svm", "0.5 1:1\n2 1:1".utf8).file
    #expect(try numbers.values("labels", Float.self) == [0.5, 2])
  }

  @Test func whatIsWrongInALineIsSaid() throws {
    let scratch = try Scratch()
    for (text, options, words) in [
      ("1 1:2\nx 1:2", [], "line 2: "), ("1 1:2 1:3", [], "1 twice"), ("1 1:", [], "'1:'"),
      ("1 a", [], "index:value"), ("1 1:inf", [], "finite"), ("1 99999999999:1", [], "index:value"),
      ("1,2 1:1", [], "'1,2'"), ("1 0:1", ["firstIndex=1"], "indices from 1"),
      ("1 5:1", ["columnCount=4"], "columnCount"),
      ("0.5 1:1", ["labels=classes"], "labels=numbers"),
    ] as [(String, [String], String)] {
      let refusal = scratch.refusal("a.svm", text.utf8, options)
      #expect(refusal.contains(words), "\(refusal)")
    }
  }

  @Test func textOfOtherProgramsIsCalledByItsName() throws {
    let scratch = try Scratch()
    let wide: [UInt8] = "1 1:1\n".utf8.flatMap { [$0, 0] }
    #expect(scratch.refusal("a.svm", [0xFF, 0xFE] + wide).contains("UTF-16"))
    #expect(scratch.refusal("a.svm", wide).contains("bytes of 0"))
    #expect(scratch.refusal("a.svm", "1 1:1\r1 2:1\r".utf8).contains("CR LF"))
    #expect(
      try dense(scratch.imported("a.svm", [0xEF, 0xBB, 0xBF] + Array("1 1:1".utf8)).file) == [[1]])
  }

  @Test func damagedFilesAreReadOrRefused() throws {
    let words = [
      "999999999999999999", "2147483647", "0", "-1", "1e400", "nan", "\n", " ", ":", "#", "%",
    ]
    let count = TestScale.count(300, torture: 10_000)
    try ImportFuzz.run(
      count, name: "a.mtx", format: "mtx",
      seeds: [
        Array("\(banner) general\n% about\n3 4 3\n3 4 1.5\n1 2 2\n1 1 -3e0\n".utf8),
        Array("%%MatrixMarket matrix array integer symmetric\n2 2\n1\n2\n3\n".utf8),
      ], words: words + ["array", "pattern", "general"], options: [[], ["transpose=true"]])
    try ImportFuzz.run(
      count, name: "a.svm", format: "libsvm",
      seeds: [Array("# a file\n+1 qid:3 1:0.5 4:2 # note\n-1 qid:4\n\n1.0 3:1e1 2:-1\n".utf8)],
      words: words, options: [[], ["firstIndex=0"], ["labels=numbers"], ["columnCount=9"]])
  }
}
