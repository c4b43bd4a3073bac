import Foundation
import HDF5
import Testing

import Importing

@Suite struct ImportOutputTests {
  @Test func whatIsAppendedIsThereInOrder() throws {
    let scratch = try Scratch()
    let path = scratch.path("a.h5")
    try HDF5File.write(to: path, replacing: false) { file in
      let output = ImportOutput(file)
      let rows = try output.rows("x", shape: [3], of: Float.self)
      let labels = try output.classes("labels")
      let matrix = try output.matrix("counts")
      // More than a chunk, in parts that end nowhere near its end.
      for row in 0..<100_000 {
        try rows.append((0..<3).map { Float(3 * row + $0) })
        try labels.append(["b", "a", "c"][row % 3])
        let columns: [Int32] = row % 2 == 0 ? [] : [1, 4]
        try matrix.append(columns: columns, values: columns.map { Float($0) })
      }
      try output.texts("words", ["eins", "", "dréi"])
      let summary = try output.finish()
      #expect(summary.map(\.shape) == [[100_000, 3], [100_000], [100_000, 5]])
    }
    let file = try HDF5File(reading: path)
    var values = [Float](repeating: 0, count: 300_000)
    var span = values.mutableSpan
    try file.readRows("x", rows: 0..<100_000, into: &span)
    #expect(values == (0..<300_000).map { Float($0) })
    var codes = [Int32](repeating: 9, count: 100_000)
    var codeSpan = codes.mutableSpan
    try file.readRows("labels", rows: 0..<100_000, into: &codeSpan)
    #expect(codes == (0..<100_000).map { Int32($0 % 3) })
    #expect(try file.attribute("classes", of: "labels") == .strings(["b", "a", "c"]))
    #expect(try file.attribute("shape", of: "counts") == .integers([100_000, 5]))
    #expect(try file.info("counts/data").shape == [100_000])
    #expect(try file.readStrings("words") == ["eins", "", "dréi"])
  }

  @Test func aFileThatIsThereIsOnlyReplacedOnDemand() throws {
    let scratch = try Scratch()
    try Data("old".utf8).write(to: URL(filePath: scratch.path("a.h5")))
    #expect(throws: HDF5Error.self) {
      try HDF5File.write(to: scratch.path("a.h5"), replacing: false) { _ in }
    }
    #expect(try String(contentsOfFile: scratch.path("a.h5"), encoding: .utf8) == "old")
    try HDF5File.write(to: scratch.path("a.h5"), replacing: true) { _ in }
    #expect(try HDF5File(reading: scratch.path("a.h5")).objects().isEmpty)
  }
}
