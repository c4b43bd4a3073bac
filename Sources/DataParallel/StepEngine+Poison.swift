internal import Execution
internal import Kernels
internal import Storage

extension StepEngine {
  /// Fills all memory that a step has to write before it reads with one number, so that a test sees a kernel that
  /// reads what nobody wrote: arenas, scratch memory of kernels, gradient buffers, kept rows, what shards exchange,
  /// and room for tiles.
  package func poison(_ value: Float) {
    for replica in replicas { replica.workspace.poison(value) }
    for worker in gradientWorkers { worker.poison(value) }
    exchange.poison(value)
    slabs.fill(value)
    kept.fill(value)
  }
}
