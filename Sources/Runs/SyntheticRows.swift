internal import DataParallel
internal import Datasets
internal import Foundation
internal import RandomStreams
internal import Training

/// Rows of zeros and ones, like clicks, that `bench` trains on instead of uniform numbers.
public struct SyntheticRows: Sendable, Hashable {
  /// Share of the elements that are 1.
  public var density: Double
  /// Whether they are held and handed out as non-zeros; else as bytes.
  public var isSparse: Bool

  /// Examples of a shape, some minibatches of them; the same numbers in either form.
  func examples(shape: [Int], batch: Int) -> ExampleSet {
    let size = shape.reduce(1, *)
    let count = benchmarkRowCount(size: size, batch: batch)
    let (starts, columns) = nonZeros(rows: count, columns: size)
    if isSparse, shape.count == 1 {
      let ones = [Float](repeating: 1, count: columns.count)
      return ExampleSet(
        SparseExamples(starts: starts, columns: columns, values: ones, columnCount: size))
    }
    var bytes = [UInt8](repeating: 0, count: count * size)
    for row in 0..<count {
      for index in Int(starts[row])..<Int(starts[row + 1]) {
        bytes[row * size + Int(columns[index])] = 1
      }
    }
    return ExampleSet(MemoryExamples(bytes: bytes, exampleShape: shape, scale: 1))
  }

  /// Where the ones are: gaps between them are geometric, so that each element is 1 on its own.
  private func nonZeros(rows: Int, columns: Int) -> (starts: [Int64], columns: [Int32]) {
    let stream = Stream(seed: 1, purpose: .sampling)
    var (starts, found): ([Int64], [Int32]) = ([0], [])
    for row in 0..<rows {
      var (column, draw) = (-1, UInt32(0))
      while true {
        let gap = log(1 - stream.uniform(draw, UInt32(row))) / log(1 - density)
        column += 1 + Int(min(gap, Double(columns)))
        draw += 1
        if column >= columns { break }
        found.append(Int32(column))
      }
      starts.append(Int64(found.count))
    }
    return (starts, found)
  }
}
