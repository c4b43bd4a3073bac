/// Rows of floats in memory as an example source: latents to be decoded, or made-up examples.
public final class LatentRows: ExampleSource {
  private let values: [Float]
  private let latentCount: Int
  /// Number of rows.
  public let exampleCount: Int
  /// `[Z]`, or the shape that was given.
  public let exampleShape: [Int]

  /// Rows of `latentCount` floats.
  ///
  /// - Precondition: `values` holds whole rows.
  public init(_ values: [Float], latentCount: Int, shape: [Int]? = nil) {
    precondition(
      values.count % latentCount == 0, "\(values.count) values in rows of \(latentCount)")
    self.values = values
    self.latentCount = latentCount
    exampleShape = shape ?? [latentCount]
    exampleCount = values.count / latentCount
  }

  /// Copies rows.
  @unsafe public func gather(
    _ rows: UnsafeBufferPointer<UInt32>, into target: UnsafeMutablePointer<Float>
  ) {
    unsafe values.withUnsafeBufferPointer { values in
      for index in rows.indices {
        let row = unsafe Int(rows[index])
        precondition(row < exampleCount, "row \(row) of \(exampleCount)")
        let source = unsafe values.baseAddress! + row * latentCount
        unsafe (target + index * latentCount).update(from: source, count: latentCount)
      }
    }
  }
}
