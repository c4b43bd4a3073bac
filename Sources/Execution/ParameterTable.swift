public import GraphIR
internal import RandomStreams

/// Where each parameter lies in the one block of memory that holds them all.
public struct ParameterTable: Sendable, Hashable {
  /// One parameter's place.
  public struct Entry: Sendable, Hashable {
    /// Name, shape, start and role.
    public var declaration: ParameterDeclaration
    /// First float in the block.
    public var offset: Int

    /// The floats of the block that are the parameter.
    public var range: Range<Int> { offset..<offset + declaration.shape.count }
  }

  /// Parameters in the order of the graph.
  public let entries: [Entry]
  /// Floats in the block; gaps that align entries to cache lines are included.
  public let count: Int

  /// A table of these parameters, each beginning at a cache line.
  public init(_ declarations: [ParameterDeclaration]) {
    var offset = 0
    entries = declarations.map { declaration in
      defer { offset += (declaration.shape.count + 15) / 16 * 16 }
      return Entry(declaration: declaration, offset: offset)
    }
    count = offset
  }

  /// Number of numbers that training changes by their gradients.
  public var trainedCount: Int {
    entries.reduce(0) { $0 + ($1.declaration.isTrained ? $1.declaration.shape.count : 0) }
  }

  /// First values of a parameter, a function of the seed, of its index and of the training data alone.
  ///
  /// - Parameters:
  ///   - exampleCount: how many examples there are for parameters that begin as such; 0 for none.
  ///   - examples: the values of those at some places, row after row.
  public func initialValues(
    _ index: Int, seed: UInt64, exampleCount: Int, examples: (_ places: [Int]) throws -> [Float]
  ) rethrows -> [Float] {
    let declaration = entries[index].declaration
    let stream = Stream(seed: seed, purpose: .initialization)
    let positions = 0..<UInt32(declaration.shape.count)
    switch declaration.initializer {
    case .constant(let value): return positions.map { _ in Float(value) }
    case .uniform(let bound):
      return positions.map { Float((2 * stream.uniform($0, UInt32(index)) - 1) * bound) }
    case .normal(let deviation):
      return positions.map { Float(stream.normal($0, UInt32(index)) * deviation) }
    case .examples:
      if exampleCount == 0 { return positions.map { _ in 0 } }
      let order = stream.permutation(of: exampleCount, turn: UInt32(index))
      return try examples((0..<declaration.shape[0]).map { Int(order[$0 % exampleCount]) })
    }
  }
}
