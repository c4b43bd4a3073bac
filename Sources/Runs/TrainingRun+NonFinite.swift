internal import Checkpoints
internal import DataParallel
internal import Diagnosis
internal import Examples
internal import Foundation
internal import GraphRuns
internal import Models
internal import Training

/// Steps that were not finite: their minibatch is saved, and training goes back where that is wanted.
extension TrainingRun {
  /// Minibatches that a run folder holds at most.
  private static let savedMinibatchLimit = 16

  /// Tells of a step that was not applied, and goes back where the report wants it.
  ///
  /// - Returns: whether the training went back.
  /// - Throws: the report, with the file of its minibatch, where it ends the training.
  func respond(to report: NonFiniteReport) throws -> Bool {
    var report = report
    report.batchFile = saveMinibatch(report)
    switch report.action {
    case .skip:
      observe(.nonFinite(report))
      var counts = trainer.state.nonFiniteCounts
      counts.skippedSteps += 1
      attempt { try log.append(report, step: report.step, counts) }
      return false
    case .rollback:
      if let anchor = loadAnchor() { return try goBack(to: anchor, report) }
      report.action = .stop
      report.limit = "no checkpoint in \(folder.checkpoints) to go back to"
    case .stop: break
    }
    attempt {
      try log.append(report, step: report.step, trainer.state.nonFiniteCounts)
    }
    // The state before the step is good, and leads to the same step again.
    if trainer.state.step > 0 { attempt { try save(isBest: false) } }
    throw report
  }

  /// Restores a checkpoint and halves the learning rate. What that comes to is saved at once in the
  /// checkpoint's place; a training that is killed before goes the same way again.
  private func goBack(to anchor: Anchor, _ report: NonFiniteReport) throws -> Bool {
    let known = anchor.snapshot.state.best
    let best = known == trainer.state.best ? nil : StartingPoint.best(knownAs: known, in: store)
    try trainer.rollBack(to: anchor.snapshot, best: best)
    let (state, counts) = (trainer.state, trainer.state.nonFiniteCounts)
    var report = report
    report.returnStep = state.step
    observe(.nonFinite(report))
    attempt {
      log = try MetricsLog(
        folder: folder, terms: trainer.model.termNames, continuingAfter: state.step,
        epoch: state.epoch, rollbacks: counts.rollbacks - 1)
      try log.append(report, step: state.step, counts)
    }
    savedStep = -1
    try save(isBest: false)
    return true
  }

  /// A checkpoint to go back to.
  private typealias Anchor = LoadedCheckpoint

  /// The newest good checkpoint to go back to; bad ones are told.
  ///
  /// Where training went back before, and came to no such checkpoint behind the step that failed, it
  /// was led astray before the place that it went back to: now it goes further back than that.
  private func loadAnchor() -> Anchor? {
    var entries = ((try? store.loader.entries()) ?? [])
      .filter { store.anchors.contains(step: $0.step) && $0.step <= trainer.state.step }
      .sorted { $0.step > $1.step }
    if let counts = trainer.state.nonFinite, let failed = counts.failedStep,
      let back = counts.returnStep, let newest = entries.first, newest.step < failed
    {
      let earlier = entries.filter { $0.step < back }
      if !earlier.isEmpty { entries = earlier }
    }
    for entry in entries {
      do throws(CheckpointError) {
        return try CheckpointLoader.load(
          path: "\(folder.checkpoints)/\(entry.file)", check: CheckpointContent.check)
      } catch {
        observe(.skipped("\(error)"))
      }
    }
    return nil
  }

  /// Where training may go back, its start is a checkpoint too.
  func saveFirstAnchor() throws {
    if trainer.state.step == 0, savedStep != 0, store.anchors.contains(step: 0) {
      try save(isBest: false)
    }
  }

  /// Writes the minibatch of a failed step; nil where that fails, or where enough are there.
  private func saveMinibatch(_ report: NonFiniteReport) -> String? {
    let cause = report.cause
    let name = "nonfinite-" + CheckpointEntry.fileName(step: report.step)
    let present = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let others = present.filter { $0.hasPrefix("nonfinite-step-") && $0 != name }
    guard others.count < Self.savedMinibatchLimit else { return nil }
    let path = "\(folder.path)/\(name)"
    let set = ExampleSet(data.training.source, positions: cause.minibatch)
    let rows = cause.shard.map { part($0, of: cause.shardCount, count: cause.minibatch.count) }
    let fields = try? set.source.fields.map { field in
      SavedMinibatch.Values(
        name: field.name, shape: field.shape, classes: field.classes,
        values: try set.values(of: field.name))
    }
    guard let fields else { return nil }
    let file = SavedMinibatch(
      fields: fields, indices: cause.minibatch,
      attributes: [
        ("step", .integer(report.step)), ("epoch", .integer(trainer.state.epoch)),
        ("seed", .integer(configuration.training.seed)), ("kind", .text(cause.kind.rawValue)),
        ("place", .text(cause.place)), ("shard", .integer(cause.shard ?? -1)),
        ("shards", .integer(cause.shardCount)),
        ("firstRow", .integer(rows?.lowerBound ?? 0)),
        ("endRow", .integer(rows?.upperBound ?? cause.minibatch.count)),
        ("data", .text(configuration.data.file)), ("run", .text(configuration.name)),
      ])
    var written: String?
    attempt {
      try file.write(to: path)
      written = path
    }
    return written
  }
}

extension RunConfiguration {
  /// Where training may go back to, if it may: its start, epochs' ends and the steps of `everySteps`.
  /// Checkpoints that the clock or a signal asked for are passed over, so that interruptions do not
  /// decide where training goes on.
  ///
  /// - Parameter examples: examples of an epoch.
  func anchors(examples: Int) -> Anchors {
    guard case .rollback(let limit) = training.onNonFinite else { return .none }
    let stepsPerEpoch = (examples + training.batchSize - 1) / training.batchSize
    return Anchors(
      count: limit + 1, periods: [stepsPerEpoch] + (checkpoints.everySteps.map { [$0] } ?? []))
  }
}
