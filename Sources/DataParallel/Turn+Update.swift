internal import Examples
internal import Examples
internal import Execution
internal import Optimizers
internal import Teamwork

/// The stages of an update, and what happens between them.
extension Turn {
  /// Checks, clips and updates; returns the gradient's norm before clipping. Where something is not
  /// finite, nothing has changed.
  func updateParameters() -> Result<Double, Obstacle> {
    if !needsNorms {
      unsafe job.pointee.gradients.boundSlices(
        job.pointee.update, largestExample: job.pointee.source.nonZeros?.largestMagnitude ?? 0)
    }
    if unsafe !checks.areCertain {
      unsafe performOnSlices { unsafe $0.check($1, of: $2) }
      if let slice = unsafe checks.firstNonFiniteSum { return .failure(.sum(slice: slice)) }
    }
    for group in 0..<groupCount {
      guard let clipNorm = unsafe groups[group].clipNorm else { continue }
      let norm = unsafe job.pointee.gradients.norm(ofGroup: group)
      if norm > clipNorm { unsafe groups[group].clipScale = Float(clipNorm / norm) }
    }
    if (0..<groupCount).contains(where: { unsafe groups[$0].rule.normalizesGradients }) {
      unsafe job.pointee.gradients.takeNorms(norms, count: family.table.entries.count)
    }
    if unsafe !checks.areCertain {
      unsafe performOnSlices { unsafe $0.preview($1, of: $2) }
      if let slice = unsafe checks.firstNonFiniteUpdate {
        unsafe checks.forget()
        return .failure(.update(slice: slice))
      }
    }
    unsafe performOnSlices { unsafe $0.update($1, of: $2) }
    return unsafe .success(job.pointee.gradients.norm())
  }

  private func performOnSlices(
    _ body: @escaping @Sendable (borrowing Job, _ worker: Int, _ workers: Int) -> Void
  ) {
    let count = Team.parts(of: workers.count)
    queue.reset(workers: count)
    unsafe perform(workers: count, .update, body)
  }

  func perform(
    workers count: Int, _ kind: StageClock.Kind,
    _ body: @escaping @Sendable (borrowing Job, _ worker: Int, _ workers: Int) -> Void
  ) {
    let clock = workers.clock
    let start = clock?.start(workers: count)
    unsafe Stage(job: job, workers: count, times: clock?.times, body: body).run()
    if let clock, let start { clock.add(kind, workers: count, since: start) }
  }
}
