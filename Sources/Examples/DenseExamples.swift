/// Rows of floats in memory as examples: latents to be decoded, or made-up ones.
public final class DenseExamples: ExampleSource {
  private let values: [Float]
  private let size: Int
  /// Number of rows.
  public let exampleCount: Int
  /// Shape of a row.
  public let exampleShape: [Int]

  /// Rows of a shape, one after another.
  ///
  /// - Precondition: `values` holds whole rows.
  public init(_ values: [Float], shape: [Int]) {
    size = shape.reduce(1, *)
    precondition(values.count % size == 0, "\(values.count) values are not rows of \(shape)")
    self.values = values
    exampleShape = shape
    exampleCount = values.count / size
  }

  /// Copies rows.
  @unsafe public func gather(
    _ rows: UnsafeBufferPointer<UInt32>, into target: UnsafeMutablePointer<Float>
  ) {
    unsafe values.withUnsafeBufferPointer { values in
      for index in rows.indices {
        let row = unsafe Int(rows[index])
        precondition(row < exampleCount, "row \(row) of \(exampleCount)")
        let source = unsafe values.baseAddress! + row * size
        unsafe (target + index * size).update(from: source, count: size)
      }
    }
  }
}
