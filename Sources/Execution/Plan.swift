public import GraphIR
package import GraphPasses
public import KernelCalls
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
  public let outputLayout: OutputLayout
  /// Floats of arena that a run needs.
  public let arenaCount: Int
  /// Floating-point operations of the products in one run.
  public let productFlops: Double
  /// What the products multiply.
  public let precision: Precision
  /// Whether a run needs the examples' non-zeros, beside its inputs.
  package let readsNonZeros: Bool
  package let calls: [Call<Place>]
  /// Where the shards of a minibatch meet between the calls.
  package let phases: Phases
  /// Floats per example of the arrays that a run leaves for the gradients below.
  package let savedWidths: [Int]
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
    var program = graph.lowered(sparse: sparse)
    if let deferral, precision == .float32 {
      program.deferWeightGradients(
        of: graph.outputs, examples: deferral.examples, smallest: deferral.smallest)
    }
    weightGradients = program.weightGradients
    savedWidths = program.saved.map {
      program.buffers[$0].shape.count / program.buffers[$0].shape[0]
    }
    let memory = program.planMemory()
    let outputLayout = OutputLayout(
      graph, table: table, without: Set(weightGradients.map(\.parameter)))
    let places = program.buffers.enumerated().map { index, buffer in
      switch buffer.kind {
      case .temporary, .input: memory.places[index] ?? Place(.arena, 0)
      case .parameter(let parameter): Place(.parameters, table.entries[parameter].offset)
      case .output(let output): Place(.outputs, outputLayout.offsets[output] ?? 0)
      }
    }
    inputs = program.buffers.enumerated().compactMap { index, buffer in
      guard case .input(let name) = buffer.kind, let place = memory.places[index] else {
        return nil
      }
      return Input(name: name, place: place, shape: buffer.shape)
    }
    self.outputLayout = outputLayout
    arenaCount = memory.arenaCount
    calls = program.calls.filter { !$0.isMeeting }.map { call in
      call.map { places[$0.owner] + $0.offset }
    }
    phases = program.phases(memory, places)
    productFlops = calls.reduce(0) { $0 + $1.kernel.flops }
    readsNonZeros =
      calls.contains { if case .sparseMatmul = $0.kernel { true } else { false } }
      || weightGradients.contains { $0.b == nil }
  }

  /// Number of kernel calls in one run.
  public var kernelCount: Int { calls.count }
}
