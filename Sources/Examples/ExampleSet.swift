/// Examples by their source and positions.
public struct ExampleSet: Sendable {
  /// Where they come from.
  public var source: any ExampleSource
  /// Which of the source's examples.
  public var positions: [UInt32]

  /// Some examples of a source; all of them by default.
  public init(_ source: any ExampleSource, positions: [UInt32]? = nil) {
    self.source = source
    self.positions = positions ?? (0..<UInt32(source.exampleCount)).map { $0 }
  }
}

extension ExampleSet {
  /// The examples as float32, row after row: `[positions.count]` + example shape.
  ///
  /// - Throws: what is wrong with where they come from.
  public func values() throws -> [Float] {
    let size = source.exampleShape.reduce(1, *)
    return try gathered(positions, from: source, count: positions.count * size)
  }
}
