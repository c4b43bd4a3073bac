/// Examples by their source and positions.
public struct ExampleSet: Sendable {
  /// Where they come from.
  public var source: any ExampleSource
  /// Which of the source's examples.
  public var rows: [UInt32]

  /// Some examples of a source; all of them by default.
  public init(_ source: any ExampleSource, rows: [UInt32]? = nil) {
    self.source = source
    self.rows = rows ?? (0..<UInt32(source.exampleCount)).map { $0 }
  }
}

extension ExampleSet {
  /// The examples as float32, row after row: `[rows.count]` + example shape.
  ///
  /// - Throws: what is wrong with where they come from.
  public func values() throws -> [Float] {
    let size = source.exampleShape.reduce(1, *)
    return try gathered(rows, from: source, count: rows.count * size)
  }
}
