/// A field of floats in memory: latents to be decoded, or made-up numbers.
public final class DenseExamples: FieldSource {
  private let values: [Float]
  private let size: Int
  /// Number of rows.
  public let exampleCount: Int
  /// Shape of a row.
  public let exampleShape: [Int]
  /// The classes' names where a row is a 1 among zeros.
  public let classes: [String]?

  /// Rows of a shape, one after another.
  ///
  /// - Parameter classes: names of the elements, of which one is 1 in each row, where they are classes.
  /// - Precondition: `values` holds whole rows.
  public init(_ values: [Float], shape: [Int], classes: [String]? = nil) {
    self.classes = classes
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
