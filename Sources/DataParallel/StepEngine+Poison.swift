internal import Execution
internal import Kernels
internal import Storage

extension StepEngine {
  /// Fills all memory that a step has to write before it reads with one number, so that a test sees a kernel that
  /// reads what nobody wrote: arenas, scratch memory of kernels, gradient buffers, saved operands, what shards exchange,
  /// and room for tiles.
  package func poison(_ value: Float) {
    for workspace in workers.workspaces { workspace.poison(value) }
    for turn in turns {
      for worker in turn.gradientWorkers { worker.poison(value) }
      turn.exchange.poison(value)
      turn.gradientBuffers.fill(value)
      turn.saved.fill(value)
    }
  }
}
