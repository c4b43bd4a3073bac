public import DataParallel

/// Examples held as floats, given out as they are.
public final class FloatExamples: ExampleSource {
  /// Shape of one example.
  public let exampleShape: [Int]
  /// Number of examples.
  public let exampleCount: Int
  private let values: [Float]

  /// Examples from row-major values.
  ///
  /// - Precondition: the values are whole rows.
  public init(_ values: [Float], exampleShape: [Int]) {
    let size = exampleShape.reduce(1, *)
    precondition(values.count % size == 0, "\(values.count) values are not rows of \(exampleShape)")
    self.exampleShape = exampleShape
    self.values = values
    exampleCount = values.count / size
  }

  /// Copies rows; parameters as in `ExampleSource`.
  @unsafe public func gather(
    _ rows: UnsafeBufferPointer<UInt32>, into target: UnsafeMutablePointer<Float>
  ) {
    let size = values.count / exampleCount
    for position in rows.indices {
      let start = unsafe Int(rows[position]) * size
      for index in 0..<size { unsafe target[position * size + index] = values[start + index] }
    }
  }
}
