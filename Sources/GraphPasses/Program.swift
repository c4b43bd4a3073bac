package import GraphIR
package import KernelCalls

/// What a buffer holds.
package enum BufferKind: Hashable, Sendable {
  /// A result that only this program uses; it lives in the arena.
  case temporary
  /// Data that the caller writes into the arena before a run.
  case input(String)
  /// A parameter or statistic, by index; read only.
  case parameter(Int)
  /// An output, by position in `Graph.outputs`; it lives in the caller's memory.
  case output(Int)
}

/// A dense row-major array of floats.
package struct Buffer: Hashable, Sendable {
  /// What it holds.
  package var kind: BufferKind
  /// Its shape.
  package var shape: Shape
}

/// A graph as a sequence of kernel calls on buffers.
package struct Program: Hashable, Sendable {
  /// All arrays.
  package var buffers: [Buffer] = []
  /// Calls in order.
  package var calls: [Call<ArrayView>] = []
  /// Buffers that outlive the run, since a weight gradient is made from them later.
  package var saved: [Int] = []
  /// Those gradients.
  package var weightGradients: [WeightGradient] = []
}
