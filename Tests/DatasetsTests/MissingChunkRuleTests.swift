import Datasets
import Examples
import HDF5
import Testing

/// A dataset that is only in part in its file is refused unless that is allowed.
@Suite struct MissingChunkRuleTests {
  let scratch: ScratchFolder
  let path: String

  init() throws {
    scratch = try ScratchFolder()
    path = scratch.path("data.h5")
  }

  /// `x` `[4000, 700]` in chunks of 1 MiB, of which the rows from 1498 on are not there.
  private func writePart(_ name: String = "x") throws {
    let file = try HDF5File.create(at: path)
    try file.createDataset(name, shape: [4000, 700], of: UInt8.self)
    try file.writeRows(name, rows: 0..<1498, values: [UInt8](repeating: 1, count: 1498 * 700).span)
    try file.close()
  }

  private func refusal(_ body: () throws -> Void) -> DatasetError? {
    do { try body() } catch { return error as? DatasetError }
    return nil
  }

  @Test func aPartIsRefusedWithItsCount() throws {
    try writePart()
    let error = refusal { _ = try DatasetReader.open(file: path, dataset: "x") }
    #expect(error?.code == .incomplete && error?.found == "1 of 3 not in the file")
    #expect(error?.remedy.contains(#""missingChunks": "fill""#) == true)
  }

  @Test func aPartIsFilledWhereThatIsAllowed() throws {
    try writePart()
    let examples = try DatasetReader.open(
      file: path, dataset: "x", scale: 1, missingChunks: .fill)
    #expect(examples.rows([0, 1497]).allSatisfy { $0 == 1 })
    #expect(examples.rows([1498, 3999]).allSatisfy { $0 == 0 })
  }

  @Test func labelsAreNoException() throws {
    let file = try HDF5File.create(at: path)
    try file.createDataset("labels", shape: [3_000_000], of: UInt8.self)
    try file.writeRows(
      "labels", rows: 0..<1_048_576, values: [UInt8](repeating: 1, count: 1_048_576).span)
    try file.close()
    let error = refusal { _ = try DatasetReader.open(file: path, dataset: "labels", as: .classes) }
    #expect(error?.code == .incomplete)
    #expect(
      try DatasetReader.open(
        file: path, dataset: "labels", as: .classes, missingChunks: .fill
      ).exampleCount == 3_000_000)
  }

  /// Non-zeros of a matrix in CSR form, of which the second half is not there.
  @Test func membersOfAMatrixAreNoException() throws {
    let (rows, count) = (400, 400_000)
    let file = try HDF5File.create(at: path)
    let starts = (0...rows).map { Int64($0 * 1000) }
    try file.write("m/indptr", shape: [rows + 1], values: starts.span)
    let columns = (0..<count).map { Int32($0 % 1000) }
    try file.write("m/indices", shape: [count], values: columns.span)
    try file.createDataset("m/data", shape: [count], of: Float.self)
    let half = [Float](repeating: 1, count: 262_144)
    try file.writeRows("m/data", rows: 0..<half.count, values: half.span)
    try file.setAttribute("shape", of: "m", to: .integers([rows, 1000]))
    try file.close()
    let error = refusal { _ = try DatasetReader.open(file: path, dataset: "m") }
    #expect(error?.code == .incomplete && error?.object == "m/data")
    let filled = try DatasetReader.open(file: path, dataset: "m", missingChunks: .fill)
    #expect(filled.exampleCount == rows)
    let entry = try Inspection(path).entries.first { $0.path == "m" }
    #expect(entry?.exampleShape == nil && entry?.problem?.contains("all chunks") == true)
  }

  @Test func inspectionTells() throws {
    try writePart()
    let inspection = try Inspection(path)
    #expect(inspection.entries.first?.missingChunks == 1 && inspection.data == nil)
    #expect(
      inspection.lines.contains {
        $0.contains("training expects all chunks, and 1 of 3 not in the file.")
      })
  }
}
