package import GraphIR

/// What a buffer holds.
package enum BufferKind: Hashable, Sendable {
  /// A result that only this program uses; it lives in the arena.
  case temporary
  /// Data that the caller writes into the arena before a run.
  case input(String)
  /// A parameter or statistic, by index; read only.
  case parameter(Int)
  /// An output, by position in `Graph.outputs`; it lives in the caller's slab.
  case output(Int)
}

/// A dense row-major array of floats.
package struct Buffer: Hashable, Sendable {
  /// What it holds.
  package var kind: BufferKind
  /// Its shape.
  package var shape: Shape
}

/// What follows a product in the same pass.
package struct Epilogue: Hashable, Sendable {
  /// Added along the last axis.
  package var bias: ArrayView?
  /// x > 0 ? x : slope · x; nil for none.
  package var slope: Double?
}

/// A product on oneDNN, with its shapes.
package enum Product: Hashable, Sendable {
  case matmul(rows: Int, columns: Int, inner: Int, transposeLeft: Bool, transposeRight: Bool)
  case convolution(ConvolutionShape)
  case convolutionInputGradient(ConvolutionShape)
  case convolutionWeightGradient(ConvolutionShape)
}

/// All extents of a convolution x `[N, H, W, I]`, w `[O, I, kH, kW]` → y `[N, H', W', O]`.
package struct ConvolutionShape: Hashable, Sendable {
  package var count: Int
  package var height: Int, width: Int, inChannels: Int
  package var outHeight: Int, outWidth: Int, outChannels: Int
  package var kernelHeight: Int, kernelWidth: Int
  package var geometry: ConvolutionGeometry

  init(x: Shape, w: Shape, y: Shape, _ geometry: ConvolutionGeometry) {
    (count, height, width, inChannels) = (x[0], x[1], x[2], x[3])
    (outHeight, outWidth, outChannels) = (y[1], y[2], y[3])
    (kernelHeight, kernelWidth) = (w[2], w[3])
    self.geometry = geometry
  }
}

/// An operand of an element-wise instruction.
package enum LoopOperand: Hashable, Sendable {
  /// One of the loop's loads.
  case load(Int)
  /// The result of an earlier instruction of the loop.
  case result(Int)
  /// One number for all elements.
  case number(Double)
}

/// One element-wise function in a loop.
package enum LoopFunction: Hashable, Sendable {
  case unary(UnaryFunction, LoopOperand)
  case binary(BinaryFunction, LoopOperand, LoopOperand)
}

/// Where a loop writes.
package struct LoopStore: Hashable, Sendable {
  /// What is written.
  package var operand: LoopOperand
  /// The buffer, from its beginning.
  package var buffer: Int
  /// Strides along the loop's axes; 0 sums, for an accumulating store.
  package var strides: [Int]
  /// Sums instead of writing; the loop zeroes the buffer first.
  package var accumulates: Bool
  /// Whether the buffer shares its memory with one of the loop's loads.
  package var isInPlace = false
  /// Position of the first element in the buffer.
  package var offset = 0
}

/// Element-wise functions, repetitions and sums over one index space, in one pass over memory.
package struct Loop: Hashable, Sendable {
  /// Extents of the index space.
  package var extents: [Int]
  /// What is read, with strides along the loop's axes.
  package var loads: [ArrayView]
  /// What is computed, in order.
  package var functions: [LoopFunction]
  /// What is written.
  package var stores: [LoopStore]
}

/// One kernel call.
package enum Instruction: Hashable, Sendable {
  case loop(Loop)
  case product(Product, a: ArrayView, b: ArrayView, Epilogue, result: Int)
  /// A transposed convolution to few channels: a matmul to columns, then their overlapped sum.
  case columns(ConvolutionShape, y: ArrayView, w: ArrayView, result: Int)
  /// What each output pixel of a convolution sees of x, side by side: the rows of a matmul.
  case patches(ConvolutionShape, x: ArrayView, result: Int)
  /// The reverse: x as the sum of overlapping patches.
  case overlap(ConvolutionShape, patches: ArrayView, result: Int)
  /// A product of a sparse input, which is read where its source holds it, and a dense array.
  case sparse(SparseProduct, ArrayView, Epilogue, result: Int)
  case noise(NoiseDistribution, stream: Int, result: Int)
  case logSumExp(ArrayView, outer: Int, count: Int, inner: Int, result: Int)
  case fill(Double, result: Int)
  /// A sum or the rows of all shards; ends a phase, since all must have come to it before any goes on.
  case collective(Collective, ArrayView, result: Int)
}

/// How shards meet.
package enum CollectiveKind: Hashable, Sendable {
  /// Everybody gets the sum.
  case allReduce
  /// Everybody gets all rows.
  case allGather
  /// Everybody gets its own rows of the sum.
  case reduceScatter
}

/// One meeting of a minibatch's shards.
package struct Collective: Hashable, Sendable {
  package var kind: CollectiveKind
  /// Which of the graph's collective operations it is, in the order of the graph.
  package var index: Int
}

/// A graph as a sequence of kernel calls on buffers.
package struct Program: Hashable, Sendable {
  /// All arrays.
  package var buffers: [Buffer] = []
  /// Calls in order.
  package var instructions: [Instruction] = []
  /// Buffers that outlive the run, since a weight gradient is made from them later.
  package var kept: [Int] = []
  /// Those gradients.
  package var weightGradients: [WeightGradient] = []
}
