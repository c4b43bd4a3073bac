import Foundation
import Testing

@Suite struct InterruptionTests {
  private let folder: ScratchFolder
  /// More epochs than a test waits for.
  private static let endless = "training.epochs=1000000"

  init() throws { folder = try ScratchFolder() }

  private func train(
    _ more: String..., start: String? = nil, deafErrors: Bool = false,
    environment: [String: String] = [:]
  ) throws -> Program {
    try Program(
      ["train", "small.json", "--output", "run"] + more, in: folder, start: start,
      deafErrors: deafErrors, environment: environment)
  }

  /// The step that the run's folder says training came to.
  private func status() throws -> (step: Int, epoch: Int) {
    let object = try folder.object("run/status.json")
    #expect(object["status"] as? String == "interrupted")
    return (try #require(object["step"] as? Int), try #require(object["epoch"] as? Int))
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func aSignalSavesAndTheRunGoesOn(signal: Int32) throws {
    let program = try train(Self.endless)
    #expect(try program.says("step 3  "))
    let second = try train("--resume", "auto").wait()
    #expect(second.code == 75, "another process trains in the folder")
    program.send(signal)
    let result = try program.wait()
    #expect(result.code == [SIGINT: 130, SIGTERM: 143, SIGHUP: 129][signal])
    #expect(
      result.errors.contains(
        "and saved; go on with: vae-dp train small.json \(Self.endless) --output run --resume auto")
    )
    let (step, epoch) = try status()
    let name = String(repeating: "0", count: 9 - "\(step)".count) + "\(step)"
    #expect(folder.exists("run/checkpoints/step-\(name).h5"))
    let rest = try train("training.epochs=\(epoch + 2)", "--resume", "auto", "--threads", "3")
      .wait()
    #expect(rest.code == 0, "\(rest.errors)")
    #expect(rest.errors.contains("at step \(step)\n"))
    #expect(rest.errors.contains("done: \(6 * (epoch + 2)) steps"))
    #expect(try folder.object("run/status.json")["status"] as? String == "completed")
  }

  /// As `nohup` starts it.
  @Test func aTerminalThatMayGoDoesNotStopTraining() throws {
    let program = try train(Self.endless, start: "trap '' HUP; exec \"$@\"")
    #expect(try program.says("step 3  "))
    program.send(SIGHUP)
    #expect(try program.says("epoch 4  train "))
    program.send(SIGTERM)
    #expect(try program.wait().code == 143)
  }

  /// Swift's runtime would take it for a crash, and print a backtrace for seconds.
  @Test func quittingIsDoneAtOnce() throws {
    let program = try train(Self.endless, environment: ["SWIFT_BACKTRACE": "enable=yes"])
    #expect(try program.says("step 3  "))
    program.send(SIGQUIT)
    let result = try program.wait()
    #expect(result.code == 128 + SIGQUIT, "\(result)")
    #expect(!result.errors.contains("Backtrac"))
  }

  @Test func timeThatIsUpIsNoFailure() throws {
    let result = try train(Self.endless, "--max-time", "0.2s").wait()
    #expect(result.code == 0)
    #expect(try status().step > 0)
  }

  /// A training whose progress nobody reads any more goes on.
  @Test func progressThatNobodyReadsDoesNotStopTraining() throws {
    let result = try train(deafErrors: true).wait()
    #expect(result.code == 0)
    #expect(try folder.object("run/status.json")["status"] as? String == "completed")
  }

  @Test func aTrainingThatDivergesIs20() throws {
    let result = try train(
      "training.optimizer={\"sgd\": {\"learningRate\": 1e30}}", "model.likelihood=gaussian"
    ).wait()
    #expect(result.code == 20)
    #expect(result.errors.contains(" is not finite, first in "))
    #expect(result.errors.contains("nonfinite-step-"))
  }

  @Test func aDryRunLeavesNothing() throws {
    let result = try train("--dry-run").wait()
    #expect(result.code == 0 && !folder.exists("run"))
    #expect(result.output.contains("\"batchSize\": 6") && result.output.contains("encoder.dense1"))
    #expect(result.errors.contains("small: 36 examples to train on"))
  }
}
