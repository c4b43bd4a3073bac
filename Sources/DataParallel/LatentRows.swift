/// Rows of floats in memory as an example source: latents to be decoded.
public final class LatentRows: ExampleSource {
  private let values: [Float]
  private let latentCount: Int
  /// Number of rows.
  public let exampleCount: Int
  /// `[Z]`.
  public var exampleShape: [Int] { [latentCount] }

  /// Rows of `latentCount` floats.
  ///
  /// - Precondition: `values` holds whole rows.
  public init(_ values: [Float], latentCount: Int) {
    precondition(
      values.count % latentCount == 0, "\(values.count) values in rows of \(latentCount)")
    self.values = values
    self.latentCount = latentCount
    exampleCount = values.count / latentCount
  }

  /// Copies rows.
  @unsafe public func gather(
    _ rows: UnsafeBufferPointer<UInt32>, into target: UnsafeMutablePointer<Float>
  ) {
    for index in rows.indices {
      let start = unsafe Int(rows[index]) * latentCount
      for latent in 0..<latentCount {
        unsafe target[index * latentCount + latent] = values[start + latent]
      }
    }
  }
}
