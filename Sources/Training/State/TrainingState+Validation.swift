internal import Examples
internal import Foundation

/// The ranges of all values of a state, and how they hang together.
///
/// What may come of the data and of changed configurations is left open: sums and means may be
/// infinite or no number, steps may be made twice, an epoch may begin anew.
extension TrainingState {
  private static let epochLimit = 1_000_000_000
  /// More than a step per microsecond for ten days.
  private static let stepLimit = 1_000_000_000_000
  private static let exampleLimit = 1_000_000_000_000
  /// Three centuries.
  private static let secondsLimit = 1e10

  /// Throws where a value is none that a training comes to.
  func validate() throws(SnapshotError) {
    try validatePosition()
    try validate(epochSums, "epochSums", examples: 0...offset)
    try validate(reportSums, "reportSums", examples: 0...Self.exampleLimit)
    try validateHistory()
    try validateRules()
    try validateNonFinite()
  }

  private func validatePosition() throws(SnapshotError) {
    try require("epoch", epoch, in: 0...Self.epochLimit)
    try require("offset", offset, in: 0...Self.exampleLimit)
    try require("step", step, in: epoch + (offset > 0 ? 1 : 0)...Self.stepLimit)
    try require("shards", shards, in: 1...4096)
    if let window {
      try require("window.rowsPerBlock", window.rowsPerBlock, in: 1...1 << 30)
      try require("window.blockCount", window.blockCount, in: 1...1 << 30)
    }
    try require("secondsInSteps", secondsInSteps, in: 0...Self.secondsLimit)
    try require("epochSeconds", epochSeconds, in: 0...Self.secondsLimit)
    guard ended != .interrupted else {
      throw SnapshotError.impossible(
        "ended", expected: "completed, stoppedEarly or nothing", found: "interrupted")
    }
  }

  private func validate(
    _ sums: MetricSums, _ key: String, examples: ClosedRange<Int>
  ) throws(SnapshotError) {
    try require("\(key).exampleCount", sums.exampleCount, in: examples)
    let isEmpty = sums.exampleCount == 0
    let steps = isEmpty ? 0...0 : 1...max(1, min(step, sums.exampleCount))
    try require("\(key).stepCount", sums.stepCount, in: steps)
    try requireMagnitude("\(key).gradientNorms", sums.gradientNorms)
  }

  private func validateHistory() throws(SnapshotError) {
    guard history.count == epoch else {
      throw SnapshotError.impossible(
        "history", expected: "the \(epoch) epochs that are done", found: "\(history.count)")
    }
    var before = 0
    for (index, record) in history.enumerated() {
      let key = "history[\(index)]"
      try require("\(key).epoch", record.epoch, in: index + 1...index + 1)
      try require("\(key).step", record.step, in: before + 1...max(before + 1, step))
      before = record.step
      try requireMagnitude("\(key).gradientNorm", record.gradientNorm)
      try requireMagnitude("\(key).learningRate", record.learningRate)
      try requireMagnitude("\(key).samplesPerSecond", record.samplesPerSecond)
      try require("\(key).skippedSteps", record.skippedSteps ?? 0, in: 0...record.step)
      for (name, metrics) in [("training", record.training), ("validation", record.validation)] {
        guard let metrics else { continue }
        try require("\(key).\(name).activeUnits", metrics.activeUnits, in: 0...1 << 24)
      }
    }
  }

  private func validateRules() throws(SnapshotError) {
    if let best {
      try require("best.epoch", best.epoch, in: 1...max(1, epoch))
      let record = epoch == 0 ? nil : history[best.epoch - 1]
      let objective = (record?.validation ?? record?.training)?.objective
      guard record?.isBest == true, objective == best.objective else {
        throw SnapshotError.impossible(
          "best", expected: "an epoch that history calls the best, with its objective",
          found: "epoch \(best.epoch), \(best.objective)")
      }
    }
    try require("epochsSinceBest", epochsSinceBest, in: 0...epoch - (best?.epoch ?? 0))
    try require("averagedSteps", averagedSteps ?? 0, in: 0...step)
    for (index, plateau) in plateaus.enumerated() { try validate(plateau, "plateaus[\(index)]") }
  }

  private func validate(_ plateau: PlateauState, _ key: String) throws(SnapshotError) {
    try require("\(key).factor", plateau.factor, in: 0...1)
    try require("\(key).epochsWaited", plateau.epochsWaited, in: 0...epoch)
  }

  private func validateNonFinite() throws(SnapshotError) {
    guard let counts = nonFinite else { return }
    try require("nonFinite.skippedSteps", counts.skippedSteps, in: 0...step)
    try require("nonFinite.skippedInARow", counts.skippedInARow, in: 0...counts.skippedSteps)
    try require("nonFinite.rollbacks", counts.rollbacks, in: 0...1000)
    let factor = scalbn(1, -counts.rollbacks)
    try require("nonFinite.learningRateFactor", counts.learningRateFactor, in: factor...factor)
    if counts.rollbacks == 0, counts.failedStep == nil, counts.returnStep == nil { return }
    guard counts.rollbacks > 0, let failed = counts.failedStep, let back = counts.returnStep else {
      throw SnapshotError.impossible(
        "nonFinite", expected: "rollbacks, failedStep and returnStep together",
        found: "some of them")
    }
    try require("nonFinite.returnStep", back, in: 0...step)
    try require("nonFinite.failedStep", failed, in: back + 1...Self.stepLimit)
  }
}

private func require<Number: Comparable>(
  _ key: String, _ value: Number, in range: ClosedRange<Number>
) throws(SnapshotError) {
  if range.contains(value) { return }
  let (low, high) = (range.lowerBound, range.upperBound)
  throw SnapshotError.impossible(
    key, expected: low == high ? "\(low)" : "a number from \(low) to \(high)", found: "\(value)")
}

/// Not negative; what is infinite or no number may have come of the data.
private func requireMagnitude(_ key: String, _ value: Double) throws(SnapshotError) {
  if value < 0 {
    throw SnapshotError.impossible(key, expected: "a number of at least 0", found: "\(value)")
  }
}
