import Foundation
import HDF5
import Testing

/// Rows that are read outside libhdf5's lock are those that libhdf5 reads.
@Suite struct DatasetRowsTests {
  let scratch: ScratchFolder
  let path: String

  init() throws {
    scratch = try ScratchFolder()
    path = scratch.path("rows.h5")
  }

  /// Writes `x` `[rows, 700]`, values that compress and are never alike.
  private func write<T: HDF5Element & BinaryFloatingPoint>(
    rows: Int, of type: T.Type, deflate: Int?
  ) throws -> [T] {
    let values = (0..<rows * 700).map { T($0 % 701 * ($0 / 5000)) }
    let file = try HDF5File.create(at: path)
    try file.write("x", shape: [rows, 700], values: values.span, deflate: deflate)
    try file.close()
    return values
  }

  private func writeBytes(rows: Int, deflate: Int?) throws -> [UInt8] {
    let values = (0..<rows * 700).map { UInt8(truncatingIfNeeded: $0 % 701 * ($0 / 5000)) }
    let file = try HDF5File.create(at: path)
    try file.write("x", shape: [rows, 700], values: values.span, deflate: deflate)
    try file.close()
    return values
  }

  private func open() throws -> DatasetRows {
    try DatasetRows("x", of: HDF5File(reading: path))
  }

  /// Ranges that begin and end in chunks and at their edges; the last chunk is ragged.
  @Test(arguments: [nil, 0, 4, 9])
  func bytesAreThoseOfTheLibrary(deflate: Int?) throws {
    let values = try writeBytes(rows: 4000, deflate: deflate)
    let dataset = try open()
    let chunk = try #require(dataset.info.chunkRows)
    #expect(chunk > 1000 && unpacks(dataset, chunkAt: chunk, as: UInt8.self))
    for rows in [0..<4000, 0..<chunk, 1..<2 * chunk, chunk..<2 * chunk + 1, 3999..<4000, 7..<7] {
      #expect(
        try read(dataset, rows, as: UInt8.self)
          == Array(values[rows.lowerBound * 700..<rows.upperBound * 700]), "\(rows)")
    }
  }

  @Test(arguments: [nil, 4])
  func shuffledNumbersAreThoseOfTheLibrary(deflate: Int?) throws {
    let floats = try write(rows: 1000, of: Float.self, deflate: deflate)
    let dataset = try open()
    #expect(unpacks(dataset, chunkAt: 0, as: Float.self))
    #expect(try read(dataset, 0..<1000, as: Float.self) == floats)
    // Into another type the library converts.
    #expect(try read(dataset, 0..<1000, as: Double.self) == floats.map { Double($0) })
  }

  @Test func threadsReadSideBySide() async throws {
    let values = try write(rows: 2000, of: Double.self, deflate: 1)
    let dataset = try open()
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for task in 0..<16 {
        let rows = task * 125..<task * 125 + 125
        group.addTask {
          try read(dataset, rows, as: Double.self)
            == Array(values[rows.lowerBound * 700..<rows.upperBound * 700])
        }
      }
      for try await isSame in group { #expect(isSame) }
    }
  }

  @Test func chunksThatWereNeverWrittenAreZero() throws {
    let file = try HDF5File.create(at: path)
    try file.createDataset("x", shape: [4000, 700], of: UInt8.self, deflate: 0)
    let ones = [UInt8](repeating: 1, count: 1498 * 700)
    try file.writeRows("x", rows: 0..<1498, values: ones.span)
    try file.close()
    let dataset = try? open()
    // A file that holds less than it declares may be refused as a whole, but never misread.
    if let dataset {
      #expect(try read(dataset, 0..<4000, as: UInt8.self).reduce(0) { $0 + Int($1) } == ones.count)
    }
  }

  /// Whatever byte is flipped: the rows are right, or libhdf5 says what is wrong.
  @Test func damageIsToldByTheLibrary() throws {
    let values = try writeBytes(rows: 3000, deflate: 4)
    let good = try Data(contentsOf: URL(filePath: path))
    var told = 0
    for position in stride(from: 600, to: good.count, by: good.count / 40) {
      var bad = good
      bad[position] ^= 0x10
      try bad.write(to: URL(filePath: path))
      do {
        #expect(try read(try open(), 0..<3000, as: UInt8.self) == values, "byte \(position)")
      } catch is HDF5Error { told += 1 }
    }
    #expect(told > 20)
  }

  /// A file that shrinks while it is open gives an error, not a signal.
  ///
  /// Of chunks that are not compressed libhdf5 takes what is missing for zeros.
  @Test func aFileThatIsCutWhileOpenIsAnError() throws {
    _ = try writeBytes(rows: 4000, deflate: 4)
    let dataset = try open()
    let handle = try FileHandle(forWritingTo: URL(filePath: path))
    try handle.truncate(atOffset: 4096)
    try handle.close()
    #expect(throws: HDF5Error.self) { _ = try read(dataset, 0..<4000, as: UInt8.self) }
  }

  @Test func rowsThatAreNotThereAreAnError() throws {
    _ = try writeBytes(rows: 2000, deflate: 4)
    let dataset = try open()
    #expect(throws: HDF5Error.self) { _ = try read(dataset, 1990..<2001, as: UInt8.self) }
    #expect(throws: HDF5Error.self) { _ = try read(dataset, 0..<2000, as: Float.self) }
  }
}

/// Rows of 700 elements.
private func read<T: HDF5Element & ExpressibleByIntegerLiteral>(
  _ dataset: DatasetRows, _ rows: Range<Int>, as type: T.Type
) throws -> [T] {
  var values = [T](repeating: 0, count: rows.count * 700)
  var span = values.mutableSpan
  try dataset.read(rows, into: &span)
  return values
}

/// Whether a chunk is unpacked without libhdf5.
private func unpacks<T: HDF5Element & ExpressibleByIntegerLiteral>(
  _ dataset: DatasetRows, chunkAt row: Int, as type: T.Type
) -> Bool {
  var values = [T](repeating: 0, count: (dataset.info.chunkRows ?? 0) * 700)
  return unsafe values.withUnsafeMutableBufferPointer {
    unsafe dataset.unpackChunk(at: row, into: $0)
  }
}
