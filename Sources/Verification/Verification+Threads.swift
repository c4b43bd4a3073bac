internal import Checkpoints
internal import DataParallel
internal import Host
internal import Training

extension Verification {
  /// Trains some steps with 1, 2, 3, all and 16 threads, the shards fixed, and compares parameters
  /// and moments bit for bit.
  public func threads() throws -> VerificationCheck {
    let counts = Array(Set([1, 2, 3, availableThreadCount(), 16])).sorted()
    let first = try trainer(threads: counts[0])
    // About a second of steps; the first ones compile plans.
    var (steps, seconds) = (0, 0.0)
    while steps < 5 || (seconds < 1 && steps < 50) {
      progress("threads: \(counts[0]) of \(counts), step \(steps + 1)")
      seconds += try first.measureSteps(count: 1)
      steps += 1
    }
    let digest = first.digest
    var others: [Int] = []
    for count in counts.dropFirst() {
      progress("threads: \(count) of \(counts), \(steps) steps")
      let trainer = try trainer(threads: count)
      try trainer.measureSteps(count: steps)
      if trainer.digest != digest { others.append(count) }
    }
    let list = counts.map(String.init).joined(separator: ", ")
    return VerificationCheck(
      check: "thread counts", isPassed: others.isEmpty,
      compared: "parameters after \(steps) steps in \(shards) shards with \(list) threads",
      figure: others.isEmpty
        ? "SHA-256 \(digest.prefix(16))…, the same"
        : "other bits than 1 thread gives with "
          + others.map(String.init).joined(separator: ", "))
  }
}

extension Trainer {
  /// SHA-256 of parameters, running statistics and moments, bit for bit.
  fileprivate var digest: String { arrayDigest(of: snapshot()) }
}
