import Evaluation
import Foundation
import Runs
import Testing
import Training

@Suite struct TrainingRunTests {
  private let scratch: ScratchFolder

  init() throws {
    scratch = try ScratchFolder()
    try scratch.writeData()
  }

  @Test func aRunLeavesItsFolder() throws {
    let events = RunSample.Events()
    let (outcome, trainer) = try RunSample.train(scratch, "run", events: events)
    #expect(outcome.reason == .completed && !outcome.isUnsaved)
    #expect(trainer.state.step == 12)
    #expect(
      try scratch.names("run") == [
        "checkpoints", "config.json", "environment.json", "metrics.csv", "metrics.jsonl",
        "run.lock", "samples", "status.json",
      ])
    let checkpoints = try scratch.names("run/checkpoints")
    #expect(checkpoints.contains("last.h5") && checkpoints.contains("best.h5"))
    #expect((3...4).contains(checkpoints.count { $0.hasPrefix("step-") }))
    #expect(try scratch.text("run/status.json").contains("\"status\": \"completed\""))
    #expect(events.names.count { $0 == "epoch" } == 3)
    #expect(events.names.count { $0 == "step" } == 6)
    // At steps 2, 6 and 10 by number, at 4, 8 and 12 by the epochs' ends.
    #expect(events.names.count { $0 == "saved" } == 6)
  }

  @Test func picturesAreDrawnAfterEachEpoch() throws {
    try RunSample.train(scratch, "run")
    let names = try scratch.names("run/samples")
    let expected = (1...3).flatMap { ["epoch-000\($0).png", "reconstructions-000\($0).png"] }
    #expect(names == expected.sorted())
    for name in names {
      let bytes = try scratch.bytes("run/samples/\(name)")
      #expect(bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
    }
  }

  /// One graph that samples and one that reconstructs, whatever the number of epochs.
  @Test func picturesAreCompiledOnceAndKeepToTheThreads() throws {
    let configuration = try RunSample.configuration(data: scratch.path("data.h5"))
    let run = try TrainingRun(configuration, output: scratch.path("run"), threads: 3)
    _ = try run.run()
    #expect(run.trainer.state.epoch == 3)
    let runner = try #require(run.pictureRunner)
    #expect(runner.threadCount == 3 && runner.compilationCount == 2)
    #expect(bits(runner.parameters.arrays()) == bits(run.trainer.parameters))
  }

  @Test func metricsHaveALinePerReportAndEpoch() throws {
    let (_, trainer) = try RunSample.train(scratch, "run")
    let lines = try scratch.text("run/metrics.jsonl").split(separator: "\n")
    let objects = try lines.map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    let order = ["step", "step", "epoch", "step", "step", "epoch", "step", "step", "epoch"]
    #expect(objects.map { $0["event"] as? String } == order)
    #expect(objects.map { $0["step"] as? Int } == [2, 4, 4, 6, 8, 8, 10, 12, 12])
    let last = try #require(objects.last?["training"] as? [String: Any])
    #expect(last["objective"] as? Double == trainer.state.history.last?.training.objective)
    #expect(objects.last?["validation"] != nil && objects.first?["validation"] == nil)
    let rows = try scratch.text("run/metrics.csv").split(separator: "\n")
    #expect(rows.count == 10)
    #expect(rows[0].hasPrefix("event,step,epoch,objective,reconstruction,kl,"))
    #expect(rows.allSatisfy { $0.count { $0 == "," } == rows[0].count { $0 == "," } })
    #expect(rows[3].hasPrefix("epoch,4,1.0,"))
  }

  /// A fraction too small for an example leaves no validation, and pictures show training examples.
  @Test func aFractionWithoutAnExampleIsNoValidation() throws {
    let (_, trainer) = try RunSample.train(
      scratch, "run", ["data.validation.fraction=0.001", "training.epochs=1"])
    #expect(trainer.state.history.first?.validation == nil)
    #expect(try scratch.names("run/samples").count == 2)
  }

  @Test func neverRefusesAFolderWithARun() throws {
    try RunSample.train(scratch, "run", ["training.epochs=1"])
    let error = #expect(throws: RunError.self) { try RunSample.train(scratch, "run") }
    #expect(error?.code == .exists)
    #expect(error?.remedy.contains("--resume auto") == true)
  }

  @Test func oneTrainerAtATime() throws {
    let path = scratch.path("run")
    let configuration = try RunSample.configuration(data: scratch.path("data.h5"))
    let first = try TrainingRun(configuration, output: path)
    let error = #expect(throws: RunError.self) {
      _ = try TrainingRun(configuration, output: path, resume: .automatic)
    }
    #expect(error?.code == .busy)
    let host = try String(contentsOfFile: "/proc/sys/kernel/hostname", encoding: .utf8).dropLast()
    #expect(error?.found == "process \(getpid()) on \(host) at work in it")
    #expect(first.trainer.state.step == 0)
  }

  @Test func theFolderIsFreeOnceTheRunIsGone() throws {
    let configuration = try RunSample.configuration(data: scratch.path("data.h5"))
    for _ in 0..<2 { _ = try TrainingRun(configuration, output: scratch.path("run")) }
  }

  @Test func aFolderThatCannotBeMadeIsAnError() throws {
    let configuration = try RunSample.configuration(data: scratch.path("data.h5"))
    let error = #expect(throws: RunError.self) {
      _ = try TrainingRun(configuration, output: scratch.path("data.h5/run"))
    }
    #expect(error?.code == .cannotCreate)
  }

  /// A checkpoint that cannot be written does not stop training; the next one is tried all the same.
  @Test(arguments: [false, true])
  func trainingGoesOnWhereSavingFails(isMended: Bool) throws {
    let events = RunSample.Events()
    let (folder, aside) = (scratch.path("run/checkpoints"), scratch.path("aside"))
    let configuration = try RunSample.configuration(data: scratch.path("data.h5"))
    let run = try TrainingRun(configuration, output: scratch.path("run"), observe: events.note)
    let outcome = try run.run {
      if run.trainer.state.step == 3, !FileManager.default.fileExists(atPath: aside) {
        try? FileManager.default.moveItem(atPath: folder, toPath: aside)
        _ = FileManager.default.createFile(atPath: folder, contents: nil)
      }
      if run.trainer.state.step == 9, isMended, FileManager.default.fileExists(atPath: aside) {
        try? FileManager.default.removeItem(atPath: folder)
        try? FileManager.default.moveItem(atPath: aside, toPath: folder)
      }
      return false
    }
    #expect(outcome.reason == .completed)
    #expect(outcome.isUnsaved == !isMended)
    #expect(run.trainer.state.step == 12)
    let saves = events.names.filter { $0.hasPrefix("save") }
    #expect(saves.prefix(4) == ["saved", "saveFailed", "saveFailed", "saveFailed"])
    #expect(saves.last == (isMended ? "saved" : "saveFailed"))
  }

  /// Neither pictures nor metrics that cannot be written stop training.
  @Test func trainingGoesOnWithoutPicturesAndMetrics() throws {
    let events = RunSample.Events()
    let configuration = try RunSample.configuration(data: scratch.path("data.h5"))
    let run = try TrainingRun(configuration, output: scratch.path("run"), observe: events.note)
    for name in ["run/samples", "run/metrics.csv", "run/metrics.jsonl"] {
      try FileManager.default.removeItem(atPath: scratch.path(name))
    }
    let outcome = try run.run()
    #expect(outcome.reason == .completed && !outcome.isUnsaved)
    #expect(run.trainer.state.step == 12)
    // Six reports, three epochs and their pictures.
    #expect(events.names.count { $0 == "outputFailed" } == 12)
  }

  @Test func timeIsUpAfterAStep() throws {
    let configuration = try RunSample.configuration(data: scratch.path("data.h5"))
    let run = try TrainingRun(configuration, output: scratch.path("run"))
    let outcome = try run.run(maxSeconds: 0)
    #expect(outcome.reason == .interrupted && run.trainer.state.step == 1)
    #expect(try scratch.names("run/checkpoints").contains("step-000000001.h5"))
  }
}
