/// Examples by their source and positions.
public struct ExampleSet: Sendable {
  /// Where they come from.
  public var source: ExampleSource
  /// Which of the source's examples.
  public var positions: [UInt32]

  /// Some examples of a source; all of them by default.
  public init(_ source: ExampleSource, positions: [UInt32]? = nil) {
    self.source = source
    self.positions = positions ?? (0..<UInt32(source.exampleCount)).map { $0 }
  }

  /// Some examples of data alone.
  public init(_ data: any FieldSource, positions: [UInt32]? = nil) {
    self.init(ExampleSource(data), positions: positions)
  }
}

extension ExampleSet {
  /// A field of the examples as float32, row after row: `[positions.count]` + its shape.
  ///
  /// - Throws: `MissingField`; what is wrong with where they come from.
  public func values(of field: String = Field.data) throws -> [Float] {
    guard let found = source[field] else {
      throw MissingField(name: field, fieldNames: source.fieldNames)
    }
    return try found.values(at: positions)
  }

  /// The examples as a source of their own in memory: example `i` is the one at `positions[i]`.
  ///
  /// - Throws: what is wrong with where they come from.
  public func copied() throws -> ExampleSource {
    if source.fields.isEmpty { return ExampleSource(count: positions.count) }
    return ExampleSource(
      try zip(source.fields, source.sources).map { field, source in
        let values = try source.values(at: positions)
        return (field.name, DenseExamples(values, shape: field.shape, classes: field.classes))
      })
  }
}
