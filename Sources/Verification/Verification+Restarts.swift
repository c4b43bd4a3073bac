internal import Checkpoints
internal import Configuration
internal import DataParallel
public import Foundation
internal import GraphIR
internal import GraphReference
internal import Host
internal import Models
internal import Runs
internal import Training

extension Verification {
  /// Trains in processes that SIGKILL ends at random moments, every second time while a checkpoint
  /// is being written, and that go on with other numbers of threads; compares with a training that
  /// nothing interrupts.
  ///
  /// - Parameters:
  ///   - program: the executable `vae-dp`.
  ///   - isCancelled: asked often; where true, processes are ended and the folder goes.
  /// - Throws: `CancellationError`, and failures to start processes or to write temporary files.
  public func restarts(
    program: URL, isCancelled: @escaping () -> Bool = { false }
  ) throws -> VerificationCheck {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "vae-dp-verify-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var restarts = try Restarts(self, program: program, folder: folder, isCancelled: isCancelled)
    return try restarts.check()
  }

  /// The configuration with steps, shards and intervals for a training that is killed often.
  ///
  /// - Parameter stepSeconds: what a step takes.
  fileprivate func brief(stepSeconds: Double) throws -> (text: String, steps: Int) {
    let steps = max(8, min(200, Int(4 / max(stepSeconds, 1e-6))))
    let isLarge = model.parameters.reduce(0) { $0 + $1.shape.count } > 2_000_000
    var node = configuration.resolved(with: model)
    for override in [
      "training.steps=\(steps)", "training.epochs=null", "training.shards=\(shards)",
      "checkpoints.everySteps=\(max(1, steps / (isLarge ? 6 : 20)))",
      "checkpoints.everyMinutes=null", "checkpoints.keep=2",
    ] {
      node = try node.applying(override: override)
    }
    return (node.text(), steps)
  }
}

/// The trainings of one check and their folder.
private struct Restarts {
  static let kills = 8
  static let threads = [1, 3, 2, 16]
  let verification: Verification
  let program: URL
  let folder: URL
  let isCancelled: () -> Bool
  let steps: Int
  var random: SplitMix64
  var killCount = 0
  var startCount = 0

  init(
    _ verification: Verification, program: URL, folder: URL, isCancelled: @escaping () -> Bool
  ) throws {
    (self.verification, self.program, self.folder) = (verification, program, folder)
    self.isCancelled = isCancelled
    random = SplitMix64(seed: verification.seed &+ 2)
    verification.progress("restarts: how long a step takes")
    let trainer = try verification.trainer(threads: availableThreadCount())
    try trainer.measureSteps(count: 2)
    let seconds = try trainer.measureSteps(count: 3) / 3
    let (text, steps) = try verification.brief(stepSeconds: seconds)
    self.steps = steps
    try Data(text.utf8).write(to: folder.appending(path: "config.json"))
  }

  /// Whole first, then killed: again in a new folder where a quick machine was done too early.
  mutating func check() throws -> VerificationCheck {
    verification.progress("restarts: a training that nothing interrupts, \(steps) steps")
    let clock = ContinuousClock()
    let begin = clock.now
    if let failure = try uninterrupted("whole") { return report(failure: failure) }
    let wholeSeconds = (clock.now - begin) / .seconds(1)
    guard let whole = try digest("whole") else {
      return report(failure: "a training left no checkpoint")
    }
    for round in 1...4 where killCount < Self.kills {
      let name = "killed\(round)"
      if let failure = try killed(name, wholeSeconds: wholeSeconds) {
        return report(failure: failure)
      }
      guard try digest(name) == whole else {
        return report(failure: "the killed training came to other bits")
      }
      if let left = try leftover(name) { return report(failure: "\(left) was left behind") }
    }
    if killCount == 0 { return report(failure: "no training lived long enough to be killed") }
    return report(failure: nil, digest: whole)
  }

  /// Trains to the end; what went wrong, or nil.
  private mutating func uninterrupted(_ name: String) throws -> String? {
    let process = try start(name)
    while process.isRunning { try pause(process) }
    return process.failure
  }

  /// Kills a training again and again, then lets it come to its end.
  private mutating func killed(_ name: String, wholeSeconds: Double) throws -> String? {
    let inSteps = max(0.05, wholeSeconds - verification.openingSeconds)
    let latest = verification.openingSeconds + 2 * inSteps / Double(Self.kills)
    while killCount < Self.kills {
      let wait = 0.02 + latest * random.uniform()
      let isDuringSave = killCount % 2 == 1
      verification.progress("restarts: SIGKILL \(killCount + 1) of \(Self.kills)")
      let process = try start(name)
      let end = ContinuousClock.now + .seconds(wait)
      while process.isRunning, ContinuousClock.now < end { try pause(process) }
      while isDuringSave, process.isRunning, try leftover(name) == nil {
        try pause(process, microseconds: 200)
      }
      process.kill()
      guard process.wasKilled else { return process.failure }
      killCount += 1
    }
    return try uninterrupted(name)
  }

  private mutating func start(_ name: String) throws -> TrainingProcess {
    defer { startCount += 1 }
    return try TrainingProcess(
      program: program, configuration: folder.appending(path: "config.json"),
      output: folder.appending(path: name),
      threads: Self.threads[startCount % Self.threads.count],
      errors: folder.appending(path: "errors"))
  }

  private func pause(_ process: TrainingProcess, microseconds: UInt32 = 2000) throws {
    usleep(microseconds)
    guard isCancelled() else { return }
    process.kill()
    throw CancellationError()
  }

  /// A half-written file in the folder of checkpoints.
  private func leftover(_ name: String) throws -> String? {
    let path = folder.appending(path: name + "/checkpoints").path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.first { $0.hasSuffix(".partial") }
  }

  /// Step and bits that a training has come to; nil without a checkpoint.
  private func digest(_ name: String) throws -> String? {
    let path = folder.appending(path: name + "/checkpoints").path
    guard let last = try CheckpointLoader(folder: path).loadLast() else { return nil }
    return "step \(last.entry.step) " + arrayDigest(of: last.snapshot)
  }

  private func report(failure: String?, digest: String = "") -> VerificationCheck {
    let hash = digest.split(separator: " ").last.map { "SHA-256 \($0.prefix(16))…, the same" }
    return VerificationCheck(
      check: "killed and resumed", isPassed: failure == nil,
      compared: "parameters and moments after \(steps) steps in \(verification.shards) shards, "
        + "\(killCount) SIGKILLs (seed \(verification.seed)), 1, 2, 3 and 16 threads",
      figure: failure ?? hash ?? "")
  }
}
