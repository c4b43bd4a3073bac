import Foundation
import TestScale
import Testing

/// Ends that leave no time to tidy up.
@Suite struct SecondSignalTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  /// Seven million parameters and their moments take so long to save that a signal comes meanwhile.
  private static let large = [
    "model.encoder[1].dense.units=2600", "model.encoder[2]={\"dense\": {\"units\": 2600}}",
    "training.epochs=1000000", "training.shards=2",
    "checkpoints={\"everySteps\": null, \"everyMinutes\": null, \"keep\": 1}",
  ]

  private func train(_ more: [String]) throws -> Program {
    try Program(["train", "small.json", "--output", "run"] + more, in: folder)
  }

  private func partialFile() -> String? {
    let path = folder.url.appending(path: "run/checkpoints").path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.first { $0.hasSuffix(".partial") }
  }

  @Test(
    .enabled(if: Sanitizer.current != .thread, "the thread sanitizer holds signals back"),
    arguments: [(SIGINT, SIGINT), (SIGTERM, SIGINT), (SIGINT, SIGTERM)])
  func aSecondSignalEndsASaveAtOnceWithoutDamage(first: Int32, second: Int32) throws {
    let program = try train(Self.large)
    #expect(try program.says("epoch 2  train "), "the first epoch's end has saved")
    program.send(first)
    for _ in 0..<20_000 where partialFile() == nil { usleep(500) }
    #expect(partialFile() != nil)
    program.send(second)
    let result = try program.wait()
    #expect(result.code == 128 + second, "\(result.errors)")
    #expect(!result.errors.contains("and saved"))
    #expect(partialFile() != nil, "the second signal came too late to interrupt the save")
    let rest = try train(Self.large + ["training.epochs=4", "--resume", "auto"])
      .wait(seconds: 180)
    #expect(rest.code == 0, "\(rest.errors)")
    #expect(rest.errors.contains("continuing from step-") && rest.errors.contains("done: 24 steps"))
    #expect(partialFile() == nil)
  }

  /// The shell of a terminal that closes sends one, and the kernel another.
  @Test(
    .enabled(if: Sanitizer.current != .thread, "the thread sanitizer holds signals back"),
    arguments: [SIGHUP, SIGTERM])
  func aSecondHangUpDoesNotEndTheSave(first: Int32) throws {
    let program = try train(Self.large)
    #expect(try program.says("epoch 2  train "), "the first epoch's end has saved")
    program.send(first)
    for _ in 0..<20_000 where partialFile() == nil { usleep(500) }
    #expect(partialFile() != nil)
    program.send(SIGHUP)
    let result = try program.wait()
    #expect(result.code == 128 + first, "\(result.errors)")
    #expect(result.errors.contains("and saved") && partialFile() == nil)
  }

  @Test func aDeadHolderDoesNotLockTheFolder() throws {
    let program = try train(["training.epochs=1000000"])
    #expect(try program.says("epoch 2  train "), "the first epoch's end has saved")
    let busy = try train(["--resume", "auto"]).wait()
    #expect(busy.code == 75)
    #expect(busy.errors.contains("found process \(program.identifier) on "), "\(busy.errors)")
    program.send(SIGKILL)
    #expect(try program.wait().code == 128 + SIGKILL)
    let rest = try train(["training.epochs=2000000", "--resume", "auto", "--max-time", "0.1s"])
      .wait()
    #expect(rest.code == 0 && rest.errors.contains("continuing from step-"), "\(rest.errors)")
  }

  @Test func changesNeedTheFlag() throws {
    #expect(try train(["training.epochs=1"]).wait().code == 0)
    let changes = ["training.batchSize=5", "--resume", "auto"]
    let refused = try train(changes).wait()
    #expect(refused.code == 78 && refused.errors.contains("--allow-changes"))
    let taken = try train(changes + ["--allow-changes"]).wait()
    #expect(taken.code == 0 && taken.errors.contains("  changed: training.batchSize: 6 → 5\n"))
    #expect(
      String(decoding: try folder.bytes("run/metrics.jsonl"), as: UTF8.self)
        .contains("\"training.batchSize: 6 → 5\""))
  }
}
