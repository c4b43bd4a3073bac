public import GraphIR
internal import GraphPasses
package import Kernels

/// A graph ready to be run by any number of replicas: kernel calls with their addresses. Immutable.
public struct Plan: Sendable {
  /// One array that the caller writes before a run.
  public struct Input: Sendable, Hashable {
    /// The graph's name for it.
    public var name: String
    /// First float in the arena.
    public var offset: Int
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
  public let productFlops: Int
  /// What the products multiply.
  public let precision: Precision
  package let calls: [KernelCall]

  /// Compiles a graph: simplify, lower to kernel calls, plan memory, fix addresses.
  ///
  /// - Precondition: the graph verifies and its parameters are those of the table.
  public init(_ graph: Graph, table: ParameterTable, precision: Precision = .float32) {
    self.precision = precision
    let graph = graph.simplified()
    var program = graph.lowered()
    let memory = program.planMemory()
    let slab = SlabLayout(graph, table: table)
    let places = program.buffers.enumerated().map { index, buffer in
      switch buffer.kind {
      case .temporary, .input: Place(.arena, memory.offsets[index] ?? 0)
      case .parameter(let parameter): Place(.parameters, table.entries[parameter].offset)
      case .output(let output): Place(.slab, slab.offsets[output])
      }
    }
    inputs = program.buffers.enumerated().compactMap { index, buffer in
      guard case .input(let name) = buffer.kind else { return nil }
      return Input(name: name, offset: memory.offsets[index] ?? 0, shape: buffer.shape)
    }
    self.slab = slab
    arenaCount = memory.count
    productFlops = program.instructions.reduce(0) { $0 + $1.productFlops }
    calls = program.instructions.map { $0.call(program.buffers, places) }
  }

  /// Number of kernel calls in one run.
  public var kernelCount: Int { calls.count }
}

extension Instruction {
  fileprivate var productFlops: Int {
    switch self {
    case .product(let product, _, _, _, _): product.flops
    case .columns(let shape, _, _, _): Product.convolution(shape).flops
    case .loop, .patches, .overlap, .noise, .logSumExp, .fill: 0
    }
  }

  fileprivate func call(_ buffers: [Buffer], _ places: [Place]) -> KernelCall {
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
