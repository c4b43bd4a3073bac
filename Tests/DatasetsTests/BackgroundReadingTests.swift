import Datasets
import Examples
import Foundation
import HDF5
import Testing

/// Data sets that are still being read when they are open.
@Suite struct BackgroundReadingTests {
  let scratch: ScratchFolder
  let path: String

  init() throws {
    scratch = try ScratchFolder()
    path = scratch.path("data.h5")
  }

  /// Writes `x` `[3000, 3, 15, 16]`, of several chunks.
  private func write(_ change: (inout [Float]) -> Void = { _ in }, deflate: Int? = 1) throws {
    var values = (0..<3000 * 720).map { Float($0 % 1009) }
    change(&values)
    let file = try HDF5File.create(at: path)
    try file.write("x", shape: [3000, 3, 15, 16], values: values.span, deflate: deflate)
    try file.close()
  }

  private func open(
    _ layout: ImageLayout = .channelsLast, scale: Double? = nil, atOnce: Bool = false
  ) throws -> any StoredExamples {
    try DatasetReader.open(
      file: path, dataset: "x", layout: layout, scale: scale, readAtOnce: atOnce ? .max : 0)
  }

  @Test(arguments: [ImageLayout.channelsLast, .channelsFirst])
  func rowsAreTheSame(layout: ImageLayout) throws {
    try write()
    let wanted = try open(layout, scale: 0.5, atOnce: true)
    let rows = (0..<200).map { UInt32($0 * 977 % 3000) }
    for _ in 0..<20 {
      let examples = try open(layout, scale: 0.5)
      try examples.load(rows.span)
      #expect(examples.rows(rows) == wanted.rows(rows))
    }
    let all = (0..<3000).map { UInt32($0) }
    let examples = try open(layout, scale: 0.5)
    try examples.finishReading()
    #expect(examples.rows(all) == wanted.rows(all))
  }

  /// The same error as at once, from `load` and from `finishReading`, as often as one asks.
  @Test func valuesThatAreNotFiniteAreToldLater() throws {
    try write { values in
      values[2900 * 720] = .infinity
      values[1234 * 720 + 5] = .nan
    }
    let examples = try open()
    for _ in 0..<2 {
      let error = #expect(throws: DatasetError.self) { try examples.finishReading() }
      #expect(error?.code == .notFinite && error?.found == "nan in row 1234")
    }
    let late = try open()
    let error = #expect(throws: DatasetError.self) { try late.load(([2900] as [UInt32]).span) }
    #expect(error?.found == "nan in row 1234")
  }

  @Test func damagedChunksAreToldLater() throws {
    try write(deflate: nil)
    var bytes = try scratch.bytes("data.h5")
    bytes[bytes.count / 2] ^= 1
    try scratch.write(bytes, to: "data.h5")
    let examples = try open()
    let error = #expect(throws: HDF5Error.self) { try examples.finishReading() }
    #expect(error?.code == .inputOutput && error?.object == "/x")
  }

  /// The file stays open for as long as it is read, and no longer.
  @Test func aFileThatIsRemovedMeanwhileIsReadToItsEnd() throws {
    try write()
    let examples = try open()
    try FileManager.default.removeItem(atPath: path)
    try examples.finishReading()
    #expect(examples.rows([1])[3] == Float((720 + 3) % 1009))
  }

  /// Not zeros, which would be learnt from.
  @Test func gatheringWhatWasNotLoadedTraps() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardOutputContent]
    ) {
      let test = try BackgroundReadingTests()
      try test.write { $0[2999 * 720] = .nan }
      let examples = try test.open()
      #expect(throws: DatasetError.self) { try examples.finishReading() }
      print(examples.rows([0]).count)
      _ = examples.rows([2999])
    }
    #expect(
      result.map { String(decoding: $0.standardOutputContent, as: UTF8.self) }?.contains("720")
        == true)
  }

  @Test func bytesWithoutAScaleAreReadAtOnce() throws {
    let file = try HDF5File.create(at: path)
    try file.write("x", shape: [2, 2], values: ([0, 1, 1, 255] as [UInt8]).span)
    try file.close()
    #expect(try open(.auto).rows([1]) == [Float(1.0 / 255), 1])
  }
}
