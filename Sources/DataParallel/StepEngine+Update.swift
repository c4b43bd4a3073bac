internal import Examples
internal import Execution
internal import Optimizers

/// The stages of a step, and what happens between them.
extension StepEngine {
  /// Checks, clips and updates; returns the gradient's norm before clipping. Where something is not
  /// finite, nothing has changed.
  func updateParameters(clipNorm: Double?) -> Result<Double, Obstacle> {
    let normalizes = unsafe job.pointee.update.rule.normalizesGradients
    if clipNorm == nil, !normalizes {
      unsafe job.pointee.gradients.boundSlices(
        job.pointee.update, largestExample: job.pointee.source.sparse?.largestMagnitude ?? 0)
    }
    if unsafe !checks.areCertain {
      unsafe performOnSlices { unsafe $0.check($1, of: $2) }
      if let slice = unsafe checks.firstNonFiniteSum { return .failure(.sum(slice: slice)) }
    }
    if let clipNorm, case let norm = unsafe job.pointee.gradients.norm, norm > clipNorm {
      unsafe job.pointee.update.clipScale = Float(clipNorm / norm)
    }
    if normalizes {
      unsafe job.pointee.gradients.takeNorms(norms, count: parameters.table.entries.count)
    }
    if unsafe !checks.areCertain {
      unsafe performOnSlices { unsafe $0.rehearse($1, of: $2) }
      if let slice = unsafe checks.firstNonFiniteUpdate {
        unsafe checks.forget()
        return .failure(.update(slice: slice))
      }
    }
    unsafe performOnSlices { unsafe $0.update($1, of: $2) }
    return unsafe .success(job.pointee.gradients.norm)
  }

  private func performOnSlices(
    _ body: @escaping @Sendable (borrowing Job, _ worker: Int, _ workers: Int) -> Void
  ) {
    queue.reset(workers: workerCount)
    unsafe perform(workers: workerCount, .update, body)
  }

  func perform(
    workers: Int, _ kind: StageClock.Kind,
    _ body: @escaping @Sendable (borrowing Job, _ worker: Int, _ workers: Int) -> Void
  ) {
    let start = clock?.start(workers: workers)
    unsafe Stage(job: job, workers: workers, times: clock?.times, body: body).run()
    if let clock, let start { clock.add(kind, workers: workers, since: start) }
  }
}
