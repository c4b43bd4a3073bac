public import GraphIR
package import GraphPasses
package import Kernels

/// A graph ready to be run by any number of replicas: kernel calls with their addresses. Immutable.
public struct Plan: Sendable {
  /// One array that the caller writes before a run.
  public struct Input: Sendable, Hashable {
    /// The graph's name for it.
    public var name: String
    /// Where its first float goes.
    package var place: Place
    /// Its shape.
    public var shape: Shape
  }

  /// What the caller writes before a run.
  public let inputs: [Input]
  /// Where the outputs go.
  public let slab: SlabLayout
  /// Floats of arena that a run needs.
  public let arenaCount: Int
  /// Floating-point operations of the products in one run.
  public let productFlops: Double
  /// What the products multiply.
  public let precision: Precision
  /// Whether a run needs the examples' non-zeros, beside its inputs.
  package let readsNonZeros: Bool
  package let calls: [KernelCall]
  /// Where the shards of a minibatch meet between the calls.
  package let phases: Phases
  /// Floats per example of the arrays that a run leaves for the gradients below.
  package let keptWidths: [Int]
  /// Gradients that a run does not make, since they are made over whole minibatches.
  package let weightGradients: [WeightGradient]

  /// Which gradients are left to be made over a whole minibatch.
  package struct Deferral: Sendable, Hashable {
    /// Rows of the graph's examples.
    package var examples: Int
    /// Weights that a layer must have at least.
    package var smallest: Int

    /// - Parameter smallest: below it a gradient is soon summed, and its operands are the larger part.
    package init(examples: Int, smallest: Int = 1 << 14) {
      (self.examples, self.smallest) = (examples, smallest)
    }
  }

  /// Compiles a graph: simplify, lower to kernel calls, plan memory, fix addresses.
  ///
  /// - Parameter sparse: inputs of which only the non-zeros need be there, for the products that can
  ///   do with those.
  /// - Precondition: the graph verifies and its parameters are those of the table.
  public init(
    _ graph: Graph, table: ParameterTable, precision: Precision = .float32,
    sparse: [String: RowSparsity] = [:]
  ) {
    self.init(graph, table: table, precision: precision, sparse: sparse, deferring: nil)
  }

  /// As above.
  ///
  /// - Parameter deferral: leaves gradients of dense weights out; with `bfloat16` none, because every tile
  ///   of theirs would round its operands again.
  package init(
    _ graph: Graph, table: ParameterTable, precision: Precision,
    sparse: [String: RowSparsity], deferring deferral: Deferral?
  ) {
    precondition(sparse.count <= 1, "sparse inputs \(sparse.keys.sorted()): a run has one source")
    self.precision = precision
    let graph = graph.simplified()
    var program = graph.lowered(sparse: Set(sparse.keys))
    if let deferral, precision == .float32 {
      program.deferWeightGradients(
        of: graph.outputs, examples: deferral.examples, smallest: deferral.smallest)
    }
    weightGradients = program.weightGradients
    keptWidths = program.kept.map { program.buffers[$0].shape.count / program.buffers[$0].shape[0] }
    let memory = program.planMemory()
    let slab = SlabLayout(graph, table: table, without: Set(weightGradients.map(\.parameter)))
    let kept = Dictionary(
      uniqueKeysWithValues: program.kept.enumerated().map { ($1, Space.kept($0)) })
    let places = program.buffers.enumerated().map { index, buffer in
      if let space = kept[memory.hosts[index]] { return Place(space, 0) }
      return switch buffer.kind {
      case .temporary, .input: Place(memory.regions[index].space, memory.offsets[index] ?? 0)
      case .parameter(let parameter): Place(.parameters, table.entries[parameter].offset)
      case .output(let output): Place(.slab, slab.offsets[output] ?? 0)
      }
    }
    inputs = program.buffers.enumerated().compactMap { index, buffer in
      guard case .input(let name) = buffer.kind,
        memory.offsets[index] != nil || kept[index] != nil
      else { return nil }
      return Input(name: name, place: places[index], shape: buffer.shape)
    }
    self.slab = slab
    arenaCount = memory.count
    let sparsity = sparse.values.first
    calls = program.instructions.filter { !$0.isMeeting }.map {
      $0.call(program.buffers, places, sparsity)
    }
    phases = program.phases(memory, places)
    productFlops = calls.reduce(0) { $0 + $1.flops }
    readsNonZeros =
      calls.contains { if case .sparse = $0 { true } else { false } }
      || weightGradients.contains { $0.b == nil }
  }

  /// Number of kernel calls in one run.
  public var kernelCount: Int { calls.count }
}

extension Instruction {
  fileprivate func call(
    _ buffers: [Buffer], _ places: [Place], _ sparsity: RowSparsity?
  ) -> KernelCall {
    func place(_ view: ArrayView) -> Place {
      Place(places[view.owner].space, places[view.owner].offset + view.offset)
    }
    func made(_ epilogue: Epilogue) -> CallEpilogue {
      CallEpilogue(bias: epilogue.bias.map(place), slope: epilogue.slope)
    }
    switch self {
    case .loop(let loop): return .loop(loop.call(place, places))
    case .product(let product, let a, let b, let epilogue, let result):
      let (a, b, epilogue, result) = (place(a), place(b), made(epilogue), places[result])
      switch product {
      case .matmul(let rows, let columns, let inner, let left, let right):
        let shape = MatmulCall(
          rows: rows, columns: columns, inner: inner, transposeLeft: left, transposeRight: right)
        return .matmul(shape, a: a, b: b, epilogue, result: result)
      case .convolution(let s):
        return .convolution(.forward, s.call, a: a, b: b, epilogue, result: result)
      case .convolutionInputGradient(let s):
        return .convolution(.inputGradient, s.call, a: a, b: b, epilogue, result: result)
      case .convolutionWeightGradient(let s):
        return .convolution(.weightGradient, s.call, a: a, b: b, epilogue, result: result)
      }
    case .columns(let shape, let y, let w, let result):
      return .columns(shape.call, a: place(y), b: place(w), result: places[result])
    case .patches(let shape, let x, let result):
      return .patches(shape.call, x: place(x), result: places[result])
    case .overlap(let shape, let patches, let result):
      return .overlap(shape.call, patches: place(patches), result: places[result])
    case .sparse(let product, let dense, let epilogue, let result):
      guard let sparsity else { preconditionFailure("a sparse product of dense inputs") }
      return .sparse(
        SparseCall(
          product.kind == .forward ? .forward : .weightGradient, rows: product.rows,
          inputs: product.inputs, outputs: product.outputs, mostPerRow: sparsity.mostPerRow,
          meanPerRow: sparsity.meanPerRow),
        dense: place(dense), made(epilogue), result: places[result])
    case .noise(let distribution, let stream, let result):
      let shape = buffers[result].shape
      return .noise(
        distribution, stream: stream, examples: shape[0], perExample: shape.count / shape[0],
        result: places[result])
    case .logSumExp(let x, let outer, let count, let inner, let result):
      return .logSumExp(
        outer: outer, count: count, inner: inner, x: place(x), result: places[result])
    case .fill(let value, let result):
      return .fill(Float(value), count: buffers[result].shape.count, result: places[result])
    case .collective: preconditionFailure("shards meet between calls")
    }
  }
}

extension ConvolutionShape {
  fileprivate var call: ConvolutionCall {
    ConvolutionCall(
      count: count, input: (height, width, inChannels), output: (outHeight, outWidth, outChannels),
      kernel: (kernelHeight, kernelWidth), geometry)
  }
}
