public import Configuration
internal import Datasets
internal import Examples
internal import Foundation
internal import RandomStreams

/// Rows of zeros and ones, like clicks, that `bench` trains on instead of uniform numbers.
public struct SyntheticRows: Sendable, Hashable {
  /// Share of the elements that are 1.
  public var density: Double
  /// Whether they are held and handed out as non-zeros; else as bytes.
  public var isSparse: Bool

  /// Reads the section `data.synthetic`.
  ///
  /// - Throws: `ConfigurationError` at the key that is wrong.
  public init(reading options: inout ObjectReader) throws(ConfigurationError) {
    density = try options.number(
      "density", above: 0, below: 1, "Rows of zeros and ones, with so large a share of ones.")
    isSparse = try options.boolean(
      "sparse", default: false, "Whether they are held as non-zeros, or as bytes.")
  }

  /// Examples of a shape, some minibatches of them; the same numbers in either form.
  func examples(shape: [Int], batch: Int) -> any FieldSource {
    let size = shape.reduce(1, *)
    let count = rowCount(size: size, batch: batch)
    let (starts, columns) = nonZeros(rows: count, columns: size)
    if isSparse, shape.count == 1 {
      let ones = [Float](repeating: 1, count: columns.count)
      return CSRExamples(
        starts: starts, columns: columns, values: ones, columnCount: size)
    }
    var bytes = [UInt8](repeating: 0, count: count * size)
    for row in 0..<count {
      for index in Int(starts[row])..<Int(starts[row + 1]) {
        bytes[row * size + Int(columns[index])] = 1
      }
    }
    return MemoryExamples(bytes: bytes, exampleShape: shape, scale: 1)
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

/// Uniform random examples, some minibatches of them, as bytes like the pixels of images.
func uniformExamples(shape: [Int], batch: Int) -> any FieldSource {
  let size = shape.reduce(1, *)
  let count = rowCount(size: size, batch: batch)
  let stream = Stream(seed: 1, purpose: .sampling)
  // One block of noise, repeated from shifting places: quick to make, and no two rows are equal.
  let block = (0..<UInt32(16384)).map { UInt8(stream.uniform($0, 0) * 256) }
  var values = [UInt8](repeating: 0, count: count * size)
  for index in values.indices { values[index] = block[(index + index / size * 7) & 16383] }
  return MemoryExamples(bytes: values, exampleShape: shape, scale: 1 / 255)
}

/// A field beside the data, made up: classes in turn, or numbers between 0 and 1.
func syntheticField(_ field: Field, count: Int) -> any FieldSource {
  if let classes = field.classes {
    return ClassExamples((0..<count).map { Int32($0 % classes.count) }, names: classes)
  }
  let values = (0..<count * field.size).map { Float($0 * 7919 % 256) / 255 }
  return DenseExamples(values, shape: field.shape)
}

/// How many examples of a size are held in memory: some minibatches of them.
private func rowCount(size: Int, batch: Int) -> Int {
  max(4 * batch, min(8192, 50_000_000 / size))
}
