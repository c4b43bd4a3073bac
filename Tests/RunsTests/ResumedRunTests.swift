import Checkpoints
import Runs
import Testing
import Training

@Suite struct ResumedRunTests {
  private let scratch: ScratchFolder

  init() throws {
    scratch = try ScratchFolder()
    try scratch.writeData()
  }

  /// Name of the newest checkpoint.
  private func newest(_ run: String) throws -> String {
    try #require(try scratch.names("\(run)/checkpoints").last { $0.hasPrefix("step-") })
  }

  private func expectSame(_ trainer: Trainer, as whole: Trainer, _ place: Comment) throws {
    #expect(bits(trainer.parameters) == bits(whole.parameters), place)
    #expect(trainer.state.step == whole.state.step, place)
    for file in ["metrics.jsonl", "metrics.csv"] {
      let mine = try RunSample.metrics(scratch, "run/\(file)")
      #expect(try mine == RunSample.metrics(scratch, "whole/\(file)"), place)
    }
  }

  /// After steps 1, 5 and 7 within epochs, of which 7 is no multiple of a report's two; after an
  /// epoch's last step; twice.
  @Test(arguments: [[1], [5], [7], [8], [3, 11]])
  func continuesToTheSameBits(stops: [Int]) throws {
    let whole = try RunSample.train(scratch, "whole", threads: 1)
    for (index, stop) in stops.enumerated() {
      let (outcome, trainer) = try RunSample.train(
        scratch, "run", resume: .automatic, threads: 3 - index, until: stop)
      #expect(outcome.reason == .interrupted)
      #expect(trainer.state.step == stop)
      #expect(try newest("run") == CheckpointEntry.fileName(step: stop))
    }
    let events = RunSample.Events()
    let (outcome, trainer) = try RunSample.train(
      scratch, "run", resume: .automatic, threads: 4, events: events)
    #expect(outcome.reason == .completed)
    #expect(events.lines.first == "resumed \(stops.last ?? 0) []")
    try expectSame(trainer, as: whole.trainer, "stopped after \(stops)")
  }

  @Test func aDamagedCheckpointIsPassedOverAndTold() throws {
    let whole = try RunSample.train(scratch, "whole")
    try RunSample.train(scratch, "run", until: 7)
    try scratch.damage("run/checkpoints/step-000000007.h5")
    let events = RunSample.Events()
    let (_, trainer) = try RunSample.train(scratch, "run", resume: .automatic, events: events)
    #expect(events.names.prefix(2) == ["skipped", "resumed"])
    #expect(events.lines[0].contains("step-000000007.h5: checksumMismatch"))
    #expect(events.lines[1] == "resumed 6 []")
    try expectSame(trainer, as: whole.trainer, "resumed at step 6")
  }

  @Test func aCheckpointsPathIsTakenUp() throws {
    let whole = try RunSample.train(scratch, "whole")
    try RunSample.train(scratch, "run", ["checkpoints.keep=9"], until: 7)
    let path = scratch.path("run/checkpoints/step-000000002.h5")
    let (_, trainer) = try RunSample.train(scratch, "run", resume: .path(path))
    try expectSame(trainer, as: whole.trainer, "resumed at step 2")
  }

  @Test func automaticBeginsAnewWhereThereIsNothing() throws {
    let events = RunSample.Events()
    let (outcome, _) = try RunSample.train(scratch, "run", resume: .automatic, events: events)
    #expect(outcome.reason == .completed)
    #expect(!events.names.contains("resumed"))
  }

  /// Seconds in steps are those of all sessions.
  @Test func theClockGoesOn() throws {
    let first = try RunSample.train(scratch, "run", until: 7).trainer.state
    let configuration = try RunSample.configuration(data: scratch.path("data.h5"))
    let run = try TrainingRun(configuration, output: scratch.path("run"), resume: .automatic)
    #expect(first.secondsInSteps > 0)
    #expect(run.trainer.state.secondsInSteps == first.secondsInSteps)
    #expect(run.trainer.state.epochSeconds == first.epochSeconds)
    _ = try run.run()
    #expect(run.trainer.state.secondsInSteps > first.secondsInSteps)
  }

  /// Warm-ups of the objective and of the learning rate, patience and plateau: all are halfway through
  /// where the training stops, within an epoch and between two.
  @Test(arguments: [7, 8, 18])
  func rulesGoOnWhereTheyWere(stop: Int) throws {
    let rules = [
      "training.epochs=7", "model.objective={\"elbo\": {\"warmUpEpochs\": 2.5}}",
      "training.schedule={\"reduceOnPlateau\": {\"patience\": 1, \"minimumImprovement\": 100}}",
      "training.earlyStopping={\"patience\": 2, \"minimumImprovement\": 100}",
    ]
    let whole = try RunSample.train(scratch, "whole", rules)
    #expect(whole.outcome.reason == .stoppedEarly && whole.trainer.state.plateaus[0].factor == 0.5)
    try RunSample.train(scratch, "run", rules, until: stop)
    let resumed = try RunSample.train(scratch, "run", rules, resume: .automatic)
    #expect(resumed.outcome.reason == .stoppedEarly)
    #expect(resumed.trainer.state.plateaus == whole.trainer.state.plateaus)
    #expect(resumed.trainer.state.best == whole.trainer.state.best)
    #expect(resumed.trainer.state.epochsSinceBest == whole.trainer.state.epochsSinceBest)
    try expectSame(resumed.trainer, as: whole.trainer, "stopped after \(stop)")
  }

  @Test func moreEpochsAreTakenUpEvenAfterTheEnd() throws {
    let whole = try RunSample.train(scratch, "whole", ["training.epochs=5"])
    try RunSample.train(scratch, "run")
    let events = RunSample.Events()
    let (outcome, trainer) = try RunSample.train(
      scratch, "run", ["training.epochs=5"], resume: .automatic, events: events)
    #expect(outcome.reason == .completed)
    #expect(events.lines.first == "resumed 12 [\"training.epochs: 3 → 5\"]")
    try expectSame(trainer, as: whole.trainer, "five epochs")
  }

  @Test func aCompletedRunStaysAsItIs() throws {
    let (_, whole) = try RunSample.train(scratch, "run")
    let metrics = try scratch.text("run/metrics.jsonl")
    let (outcome, trainer) = try RunSample.train(scratch, "run", resume: .automatic)
    #expect(outcome.reason == .completed && !outcome.isUnsaved)
    #expect(bits(trainer.parameters) == bits(whole.parameters))
    #expect(try scratch.text("run/metrics.jsonl") == metrics)
  }

  /// Without a number in the configuration, the first start decides on the shards.
  @Test func shardsStayThoseOfTheFirstStart() throws {
    let (_, first) = try RunSample.train(
      scratch, "run", ["training.shards=null"], threads: 1, until: 3)
    #expect(first.state.shards == 1)
    let (_, second) = try RunSample.train(
      scratch, "run", ["training.shards=null"], resume: .automatic, threads: 5)
    #expect(second.state.shards == 1)
    #expect(try scratch.text("run/config.json").contains("\"shards\": 1"))
  }

  /// The best parameters come back, those of an epoch before the interruption too; what is saved last
  /// holds them.
  @Test func theBestParametersComeBackAfterAnInterruption() throws {
    let rule = [
      "training.earlyStopping={\"patience\": 0, \"minimumImprovement\": 1e9}",
      "training.epochs=9", "checkpoints.keep=1",
    ]
    let whole = try RunSample.train(scratch, "whole", rule)
    #expect(whole.outcome.reason == .stoppedEarly)
    #expect(whole.trainer.state.best?.epoch == 1)
    try RunSample.train(scratch, "run", rule, until: 6)
    let resumed = try RunSample.train(scratch, "run", rule, resume: .automatic)
    #expect(resumed.outcome.reason == .stoppedEarly)
    try expectSame(resumed.trainer, as: whole.trainer, "stopped early")
    let last = try TrainedModel(scratch.path("run/checkpoints/last.h5"))
    let best = try TrainedModel(scratch.path("run/checkpoints/best.h5"))
    #expect(last.state.step == 8 && best.state.step == 4)
    #expect(bits(last.parameters) == bits(best.parameters))
  }

  /// Where steps end a training within an epoch, the best parameters are saved once more.
  @Test func theBestParametersAreSavedAtALimitOfSteps() throws {
    let rule = [
      "training.earlyStopping={\"patience\": 9, \"minimumImprovement\": 1e9}",
      "training.steps=10", "training.epochs=null",
    ]
    let (outcome, trainer) = try RunSample.train(scratch, "run", rule)
    #expect(outcome.reason == .completed && trainer.state.step == 10)
    let last = try TrainedModel(scratch.path("run/checkpoints/last.h5"))
    let best = try TrainedModel(scratch.path("run/checkpoints/best.h5"))
    #expect(last.state.step == 10 && best.state.step == 4)
    #expect(bits(last.parameters) == bits(best.parameters))
  }
}
