import Checkpoints
import DataParallel
import Diagnosis
import Foundation
import HDF5
import Runs
import Testing
import Training

/// Runs in which steps are not finite: what their folders hold, and that killing them changes nothing.
@Suite struct NonFiniteRunTests {
  private let scratch: ScratchFolder

  /// 40 examples, of which one is so large that its square overflows.
  init() throws {
    scratch = try ScratchFolder()
    var values = (0..<40 * 36).map { Float($0 * 7919 % 251) / 250 }
    values[17 * 36 + 5] = 3e38
    let file = try HDF5File.create(at: scratch.path("data.h5"))
    let labels = (0..<40).map { Int32($0 % 3 * 5) }
    try file.write("train/images", shape: [40, 6, 6], values: values.span)
    try file.write("train/labels", shape: [40], values: labels.span)
    try file.close()
    let fine = try HDF5File.create(at: scratch.path("fine.h5"))
    values[17 * 36 + 5] = 0.5
    try fine.write("train/images", shape: [40, 6, 6], values: values.span)
    try fine.write("train/labels", shape: [40], values: labels.span)
    try fine.close()
  }

  /// Five steps to an epoch, three epochs.
  private static let common = [
    "data.validation=null", "data.test=null", "data.labels=train/labels",
    "model.likelihood=gaussian",
  ]
  private static let skipping = common + ["training.onNonFinite=skip"]
  /// A learning rate at which the training diverges, until it has been halved.
  private var diverging: [String] {
    Self.common + [
      "data.file=\"\(scratch.path("fine.h5"))\"", "checkpoints.everySteps=4",
      "training.optimizer={\"sgd\": {\"learningRate\": 0.9}}",
      "training.onNonFinite={\"rollback\": {\"limit\": 9}}",
    ]
  }

  private func objects(_ file: String) throws -> [[String: Any]] {
    try scratch.text(file).split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  @Test func aStopLeavesAReportAndTheMinibatch() throws {
    let events = RunSample.Events()
    let error = #expect(throws: NonFiniteReport.self) {
      try RunSample.train(scratch, "run", Self.common, events: events)
    }
    let report = try #require(error)
    #expect(report.cause.kind == .objective && report.cause.example == 17)
    let name = "nonfinite-step-\(String(format: "%09d", report.step)).h5"
    #expect(report.batchFile == scratch.path("run/\(name)"))
    let text = report.description
    #expect(text.hasPrefix("step \(report.step), epoch ") && !text.contains("\n"))
    #expect(text.contains("loss/reconstruction: square at example 17, in shard "))
    #expect(text.contains(name) && text.contains("training.optimizer.*.learningRate"))
    let file = try HDF5File(reading: scratch.path("run/\(name)"))
    let indices = try file.read("/indices", as: Int64.self)
    #expect(indices == report.cause.minibatch.map { Int64($0) } && indices.contains(17))
    #expect(try file.info("/fields/x").shape == [8, 6, 6, 1])
    #expect(try file.read("/fields/x", as: Float.self).max() == 3e38)
    let labels = try file.read("/fields/label", as: Float.self)
    for (index, row) in indices.enumerated() {
      #expect(
        labels[3 * index..<3 * index + 3].elementsEqual((0..<3).map { $0 == row % 3 ? 1 : 0 }))
    }
    #expect(try file.attribute("classes", of: "/fields/label") == .strings(["0", "5", "10"]))
    #expect(try file.attribute("step", of: "/") == .integer(report.step))
    let last = try #require(try objects("run/metrics.jsonl").last)
    #expect(last["event"] as? String == "nonFinite" && last["action"] as? String == "stop")
    #expect(last["failedStep"] as? Int == report.step && last["batch"] as? String == name)
    // What was good is saved, and leads to the same report.
    if report.step > 1 {
      let again = #expect(throws: NonFiniteReport.self) {
        try RunSample.train(scratch, "run", Self.common, resume: .automatic)
      }
      #expect(again == report)
    }
    let (outcome, _) = try RunSample.train(scratch, "run", Self.skipping, resume: .automatic)
    #expect(outcome.reason == .completed)
  }

  /// A minibatch that cannot be saved does not hide the report.
  @Test func theReportComesWithoutTheFileToo() throws {
    let first = #expect(throws: NonFiniteReport.self) {
      try RunSample.train(scratch, "first", Self.common)
    }
    let name = "run/nonfinite-step-\(String(format: "%09d", first?.step ?? 0)).h5/taken"
    try FileManager.default.createDirectory(
      atPath: scratch.path(name), withIntermediateDirectories: true)
    let events = RunSample.Events()
    let second = #expect(throws: NonFiniteReport.self) {
      try RunSample.train(scratch, "run", Self.common, events: events)
    }
    #expect(second?.cause == first?.cause && second?.batchFile == nil)
    #expect(events.names.contains("outputFailed"))
  }

  @Test func skippedStepsAreToldAndCounted() throws {
    let events = RunSample.Events()
    let (outcome, trainer) = try RunSample.train(scratch, "run", Self.skipping, events: events)
    #expect(outcome.reason == .completed && trainer.state.step == 15)
    #expect(trainer.state.nonFinite?.skippedSteps == 3)
    #expect(events.names.count { $0 == "nonFinite" } == 3)
    let lines = try objects("run/metrics.jsonl")
    #expect(lines.count { $0["event"] as? String == "nonFinite" } == 3)
    #expect(lines.last?["skippedSteps"] as? Int == 3)
    #expect(try scratch.names("run").count { $0.hasPrefix("nonfinite-step-") } == 3)
    try expectFiniteCheckpoints("run")
  }

  @Test func rollbacksAreToldAndCounted() throws {
    let events = RunSample.Events()
    let (outcome, trainer) = try RunSample.train(scratch, "run", diverging, events: events)
    #expect(outcome.reason == .completed && trainer.state.step == 15)
    let counts = try #require(trainer.state.nonFinite)
    #expect(counts.rollbacks >= 2 && counts.skippedSteps == 0)
    let halvings = (0..<counts.rollbacks).reduce(1.0) { product, _ in product / 2 }
    #expect(counts.learningRateFactor == halvings)
    #expect(events.names.count { $0 == "nonFinite" } == counts.rollbacks)
    let lines = try objects("run/metrics.jsonl").filter { $0["event"] as? String == "nonFinite" }
    #expect(lines.map { $0["rollbacks"] as? Int } == Array(1...counts.rollbacks))
    #expect(
      lines.allSatisfy {
        ($0["step"] as? Int ?? -1) % 4 == 0 || ($0["step"] as? Int ?? -1) % 5 == 0
      })
    try expectFiniteCheckpoints("run")
  }

  @Test func rollbacksHaveALimit() throws {
    let limited = diverging + ["training.onNonFinite={\"rollback\": {\"limit\": 1}}"]
    let error = #expect(throws: NonFiniteReport.self) {
      try RunSample.train(scratch, "run", limited)
    }
    #expect(error?.action == .stop)
    #expect(error?.limit == "the training went back 1 times already")
    try expectFiniteCheckpoints("run")
  }

  /// Interrupted after each step, and resumed on another number of threads: the same parameters, state
  /// and metrics.
  @Test(arguments: [false, true])
  func interruptionsChangeNothing(isRollback: Bool) throws {
    let rule = isRollback ? diverging : Self.skipping
    let whole = try RunSample.train(scratch, "whole", rule, threads: 1)
    for stop in 1..<15 {
      let run = "run-\(stop)"
      let first = try RunSample.train(scratch, run, rule, threads: 3, until: stop)
      #expect(first.outcome.reason == .interrupted)
      // Checkpoints that a signal asked for are many, and only one may stay.
      let second = try RunSample.train(
        scratch, run, rule + ["checkpoints.keep=1"], resume: .automatic, threads: 2,
        until: stop + 1)
      var last = second
      if second.outcome.reason == .interrupted {
        last = try RunSample.train(scratch, run, rule, resume: .automatic, threads: 16)
      }
      try expectSame(last.trainer, run, as: whole.trainer, "stopped after \(stop)")
    }
  }

  /// Killed at any event of the run: a copy of its folder goes on to the same.
  @Test(arguments: [false, true])
  func killsChangeNothing(isRollback: Bool) throws {
    let rule = isRollback ? diverging : Self.skipping
    let configuration = try RunSample.configuration(data: scratch.path("data.h5"), rule)
    var copies: [String] = []
    func copy(_ event: String) {
      let name = "copy-\(copies.count)"
      let path = scratch.path("whole")
      guard (try? FileManager.default.copyItem(atPath: path, toPath: scratch.path(name))) != nil
      else { return }
      copies.append(event)
    }
    let run = try TrainingRun(configuration, output: scratch.path("whole"), threads: 2) {
      if case .preparing = $0 { return }
      copy("\($0)".prefix { $0 != "(" }.description)
    }
    _ = try run.run {
      copy("a step")
      return false
    }
    #expect(copies.contains("nonFinite") && copies.contains("saved"))
    for (index, event) in copies.enumerated() {
      let (outcome, trainer) = try RunSample.train(
        scratch, "copy-\(index)", rule, resume: .automatic, threads: 3)
      #expect(outcome.reason == .completed)
      try expectSame(trainer, "copy-\(index)", as: run.trainer, "killed after \(event)")
    }
  }

  private func expectSame(
    _ trainer: Trainer, _ run: String, as whole: Trainer, _ place: Comment
  ) throws {
    #expect(bits(trainer.parameters) == bits(whole.parameters), place)
    #expect(trainer.state.nonFinite == whole.state.nonFinite, place)
    #expect(trainer.state.step == whole.state.step, place)
    for file in ["metrics.jsonl", "metrics.csv"] {
      let mine = try RunSample.metrics(scratch, "\(run)/\(file)")
      #expect(try mine == RunSample.metrics(scratch, "whole/\(file)"), place)
    }
    try expectFiniteCheckpoints(run)
  }

  /// Every number of every checkpoint.
  private func expectFiniteCheckpoints(_ run: String) throws {
    let folder = scratch.path("\(run)/checkpoints")
    let entries = try CheckpointLoader(folder: folder).entries()
    #expect(!entries.isEmpty)
    for entry in entries {
      let snapshot = try CheckpointLoader.load(path: "\(folder)/\(entry.file)").snapshot
      let arrays = snapshot.parameters + snapshot.states.flatMap(\.arrays)
      #expect(arrays.allSatisfy { $0.values.allSatisfy { $0.isFinite } }, "\(run)/\(entry.file)")
    }
  }
}
