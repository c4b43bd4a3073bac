public import KernelCalls

/// Where examples come from: a source for each of their fields, all of equally many examples.
public final class ExampleSource: Sendable {
  /// Number of examples.
  public let exampleCount: Int
  /// What the examples consist of, in the order of their sources.
  public let fields: [Field]
  /// The fields' names.
  public let fieldNames: [String]
  /// What the non-zeros of a field are like of which plans may read these alone: the first that is held by them,
  /// and not so full that dense products are faster. All others are gathered dense.
  public let sparsity: [String: RowSparsity]
  /// The non-zeros of that field; nil where there is none.
  public let nonZeros: CSRExamples?
  /// How much is in memory at once, where a field is read anew in every epoch: that of the field of which least is. Nil
  /// where all fields are in memory.
  public let window: ShuffleWindow?
  package let sources: [any FieldSource]

  /// Examples of some fields.
  ///
  /// - Precondition: the names are distinct, the sources have equally many examples.
  public init(_ fields: [(name: String, source: any FieldSource)]) {
    let count = fields.first?.source.exampleCount ?? 0
    for (name, source) in fields {
      precondition(
        source.exampleCount == count,
        "field \(name) of \(source.exampleCount) examples beside \(count) of \(fields[0].name)")
    }
    precondition(
      Set(fields.map(\.name)).count == fields.count, "fields \(fields.map(\.name)): one name twice")
    exampleCount = count
    self.fields = fields.map {
      Field(name: $0.name, shape: $0.source.exampleShape, classes: $0.source.classes)
    }
    fieldNames = fields.map(\.name)
    sources = fields.map(\.source)
    let sparse = fields.first { $0.source.sparsity != nil }
    sparsity = sparse.flatMap { found in found.source.sparsity.map { [found.name: $0] } } ?? [:]
    nonZeros = sparse?.source.sparse
    window = fields.compactMap(\.source.window).min { $0.rowCount < $1.rowCount }
  }

  /// Examples of data alone.
  public convenience init(_ data: any FieldSource) { self.init([(Field.data, data)]) }

  /// So many examples without a field, for what is drawn and not computed from anything.
  public init(count: Int) {
    exampleCount = count
    (fields, fieldNames, sources, sparsity, nonZeros, window) = ([], [], [], [:], nil, nil)
  }

  /// Where a field comes from; nil where the examples have none of this name.
  public subscript(name: String) -> (any FieldSource)? {
    fieldNames.firstIndex(of: name).map { sources[$0] }
  }

  /// The same examples with these fields alone, in this order.
  ///
  /// - Throws: `MissingField` for one that they have not.
  public func selecting(_ names: [String]) throws(MissingField) -> ExampleSource {
    if names == fieldNames { return self }
    if names.isEmpty { return ExampleSource(count: exampleCount) }
    var chosen: [(name: String, source: any FieldSource)] = []
    for name in names {
      guard let source = self[name] else { throw MissingField(name: name, fieldNames: fieldNames) }
      chosen.append((name, source))
    }
    return ExampleSource(chosen)
  }

  /// The same examples with further fields behind theirs.
  ///
  /// - Precondition: these are of equally many examples, and called otherwise.
  public func adding(_ more: ExampleSource) -> ExampleSource {
    ExampleSource(
      zip(fieldNames + more.fieldNames, sources + more.sources).map { (name: $0, source: $1) })
  }

  /// Returns once these examples can be copied, all fields of them.
  ///
  /// - Parameter positions: of the examples, each below `exampleCount`.
  /// - Throws: what is wrong with where they come from.
  /// - Complexity: allocates nothing where they are in memory.
  public func load(_ positions: Span<UInt32>) throws {
    for source in sources { try source.load(positions) }
  }

  /// Tells in which order examples will be loaded from now on, as `FieldSource.expect`.
  public func expect(_ order: [UInt32], from start: Int = 0) {
    for source in sources { source.expect(order, from: start) }
  }

  /// Returns once nothing is read in the background any more.
  ///
  /// - Throws: what is wrong with where the examples come from, also with others than were loaded.
  public func finishReading() throws {
    for source in sources { try source.finishReading() }
  }
}

/// Examples without a field that is to be read from them.
public struct MissingField: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is missing.
  public var name: String
  /// What is there.
  public var fieldNames: [String]

  /// One line.
  public var description: String {
    let found = fieldNames.isEmpty ? "none" : fieldNames.joined(separator: ", ")
    return
      "examples: expected the field \(name), which the model reads, found \(found). Name its dataset at "
      + (name == Field.label ? "data.labels." : "data.fields.\(name).")
  }
}
