import Checkpoints
import Configuration
import Foundation
import HDF5
import Runs
import Testing
import Training

/// Runs that go on with another configuration.
@Suite struct ChangedRunTests {
  private let scratch: ScratchFolder

  init() throws {
    scratch = try ScratchFolder()
    try scratch.writeData()
  }

  private func go(
    _ changes: [String], allowed: Bool = true, events: RunSample.Events = RunSample.Events()
  ) throws -> Trainer {
    try RunSample.train(
      scratch, "run", changes, resume: .automatic, allowsChanges: allowed, events: events
    ).trainer
  }

  private func refusal(_ changes: [String], allowed: Bool) -> RunError? {
    let error = #expect(throws: RunError.self) { _ = try go(changes, allowed: allowed) }
    #expect(error?.code == .changedConfiguration)
    return error
  }

  @Test func changesOfArithmeticNeedToBeAllowed() throws {
    try RunSample.train(scratch, "run", until: 3)
    let changes = ["training.batchSize=16", "training.optimizer.adam.learningRate=0.5"]
    let difference =
      "training.batchSize: 8 → 16; training.optimizer.adam.learningRate: 0.001 → 0.5"
    let error = refusal(changes + ["training.epochs=4"], allowed: false)
    #expect(error?.found == difference)
    #expect(error?.remedy.contains("--allow-changes") == true)
    let events = RunSample.Events()
    let trainer = try go(changes, events: events)
    let words = difference.split(separator: "; ").map(String.init)
    #expect(events.lines.first == "resumed 3 \(words)")
    // 24 of the first epoch's 32 examples were done; then one step of 8, and four of 16.
    #expect(trainer.state.step == 8 && trainer.state.epoch == 3)
    #expect(trainer.state.history.map(\.step) == [4, 6, 8])
    #expect(trainer.state.history.last?.learningRate == 0.5)
  }

  /// They stand in `metrics.jsonl` once, however often the training is taken up at the same step.
  @Test func changesAreLogged() throws {
    try RunSample.train(scratch, "run", until: 3)
    let configuration = try RunSample.configuration(
      data: scratch.path("data.h5"), ["training.clipNorm=1"])
    for _ in 0..<2 {
      _ = try TrainingRun(
        configuration, output: scratch.path("run"), resume: .automatic, allowsChanges: true)
    }
    _ = try go(["training.clipNorm=1"])
    let lines = try scratch.text("run/metrics.jsonl").split(separator: "\n")
    let notes = lines.filter { $0.contains("\"resumed\"") }
    #expect(
      notes == [
        #"{"changes":["training.clipNorm: null → 1"],"epoch":0.75,"event":"resumed","step":3}"#
      ])
    #expect(lines.firstIndex { $0.contains("\"resumed\"") } == 1)
    // The change is the checkpoint's own now.
    let events = RunSample.Events()
    _ = try go(["training.clipNorm=1"], allowed: false, events: events)
    #expect(events.lines.first == "resumed 12 []")
    #expect(try scratch.text("run/metrics.jsonl").contains("\"resumed\""))
  }

  @Test func anotherNumberOfShardsStays() throws {
    try RunSample.train(scratch, "run", until: 3)
    #expect(refusal(["training.shards=3"], allowed: false)?.found == "training.shards: 2 → 3")
    #expect(try go(["training.shards=3", "training.epochs=2"]).state.shards == 3)
    #expect(try scratch.text("run/config.json").contains("\"shards\": 3"))
    let later = try go(["training.shards=null"], allowed: false)
    #expect(later.state.shards == 3 && later.state.step == 12)
  }

  /// Another seed is another order and another validation set: nothing of the begun epoch counts.
  @Test(arguments: ["training.seed=9", "data.validation.fraction=0.4", "data.scale=0.001"])
  func anotherOrderStartsTheEpochAgain(change: String) throws {
    try RunSample.train(scratch, "run", until: 6)
    let events = RunSample.Events()
    let trainer = try go([change], events: events)
    let line = try #require(events.lines.first)
    #expect(
      line.contains("epoch 2 starts again") && line.contains("best epoch so far is forgotten"))
    let steps = change.contains("fraction") ? 3 : 4
    #expect(trainer.state.step == 6 + 2 * steps)
    #expect(trainer.state.history.map(\.step) == [4, 6 + steps, 6 + 2 * steps])
    #expect((trainer.state.best?.epoch ?? 0) > 1)
  }

  /// Whether parameters fit decides, not the key: another activation does, another width does not.
  @Test func modelsMayChangeAsLongAsTheirParametersFit() throws {
    try RunSample.train(scratch, "run", until: 6)
    let wider = refusal(["model.encoder[1].dense.units=9"], allowed: true)
    #expect(wider?.found.hasPrefix("model.encoder: [") == true)
    #expect(wider?.remedy.contains("parameters do not fit") == true)
    #expect(wider?.remedy.contains("--allow-changes") == false)
    let changes = ["model.encoder[2]=tanh", "model.objective={\"elbo\": {\"beta\": 3}}"]
    #expect(refusal(changes, allowed: false)?.remedy.contains("--allow-changes") == true)
    let trainer = try go(changes)
    #expect(trainer.state.step == 14)
    let last = try #require(trainer.state.history.last?.training)
    let weighted = try #require(last.terms?["weighted.kl"])
    #expect(abs(weighted - 3 * last.kl) <= 1e-6 * weighted)
    // The objective with other metrics: no closed form of the flow's KL per latent.
    #expect(try go(changes + ["model.objective={\"iwae\": {\"samples\": 2}}"]).state.step == 14)
  }

  /// What the new optimiser keeps must be there; what it does not need goes.
  @Test func optimisersMayChangeAsLongAsTheirStateFits() throws {
    try RunSample.train(scratch, "run", until: 3)
    #expect(try go(["training.optimizer=adamW", "training.epochs=1"]).state.step == 4)
    #expect(try go(["training.optimizer=sgd", "training.epochs=2"]).state.step == 8)
    let error = refusal(["training.optimizer=adam"], allowed: true)
    #expect(error?.remedy.contains("lacks the state") == true)
  }

  /// Moments of directions are of another scale than moments of gradients; Adam's and NAdam's are the same.
  @Test func stateOfTheSameShapeMayMeanSomethingElse() throws {
    try RunSample.train(scratch, "run", until: 3)
    let error = refusal(["training.optimizer=adamNormGrad"], allowed: true)
    #expect(error?.remedy.contains("lacks the state") == true)
    #expect(try go(["training.optimizer=nadam"]).state.step == 12)
  }

  /// An average may begin at any time, at the parameters that there are; what was validated before was
  /// another model.
  @Test func anAverageMayBeginLater() throws {
    try RunSample.train(scratch, "run", until: 6)
    let average = ["training.average={\"exponential\": {\"decay\": 0.5}}"]
    #expect(refusal(average, allowed: false)?.remedy.contains("--allow-changes") == true)
    let events = RunSample.Events()
    let trainer = try go(average, events: events)
    #expect(events.lines.first?.contains("best epoch so far is forgotten") == true)
    #expect(trainer.state.averagedSteps == 8)
    let model = try TrainedModel(scratch.path("run/checkpoints/last.h5"))
    #expect(bits(model.parameters) == bits(trainer.parameters))
    let ended = try go(["training.average=none", "training.epochs=4"])
    #expect(ended.state.averagedSteps == nil)
  }

  @Test func whatASchedulesPlateauLoweredGoesWithIt() throws {
    let plateau = [
      "training.schedule={\"reduceOnPlateau\": {\"patience\": 0, \"factor\": 0.1, "
        + "\"minimumImprovement\": 100}}"
    ]
    let first = try RunSample.train(scratch, "run", plateau + ["training.epochs=2"]).trainer
    #expect(first.state.plateaus[0].factor == 0.1)
    let trainer = try go(["training.epochs=3"])
    #expect(trainer.state.plateaus[0].factor == 1)
    #expect(trainer.state.history.last?.learningRate == 1e-3)
  }

  /// The file has its old name and holds something else: other values, or fewer of them.
  @Test(arguments: [(40, 1), (20, 0)])
  func otherDataInTheSameFileAreNoticed(count: Int, shift: Int) throws {
    try RunSample.train(scratch, "run", until: 3)
    try FileManager.default.removeItem(atPath: scratch.path("data.h5"))
    let file = try HDF5File.create(at: scratch.path("data.h5"))
    let values = (0..<count * 36).map { UInt8(($0 + shift) * 7919 % 251) }
    try file.write("train/images", shape: [count, 6, 6], values: values.span)
    let few = Array(values.prefix(72))
    try file.write("test/images", shape: [2, 6, 6], values: few.span)
    try file.close()
    let error = refusal([], allowed: false)
    #expect(error?.found.hasPrefix("data.content: SHA-256 ") == true)
    let trainer = try go([])
    #expect(trainer.state.history.map(\.step) == (count == 40 ? [7, 11, 15] : [5, 7, 9]))
  }

  /// A checkpoint of an earlier version knows neither a key that has come since nor the data's digest.
  @Test func whatAnEarlierVersionDidNotSaveIsNoChange() throws {
    try RunSample.train(scratch, "run", until: 3)
    let store = try CheckpointStore(folder: scratch.path("run/checkpoints"), keep: 3)
    var checkpoint = try #require(try store.loader.loadLast()).checkpoint
    let text = checkpoint.configuration.text()
    let key = /\s*"l2": 0,/
    #expect(text.contains(key) && checkpoint.environment.dataDigest != nil)
    checkpoint.configuration = try JSONNode.parse(text.replacing(key, with: ""), file: nil)
    checkpoint.environment.dataDigest = nil
    try store.save(checkpoint, isBest: false)
    let events = RunSample.Events()
    _ = try go([], allowed: false, events: events)
    #expect(events.lines.first == "resumed 3 []")
  }

  @Test func theSameDataElsewhereAreTaken() throws {
    try RunSample.train(scratch, "run", until: 3)
    try FileManager.default.moveItem(
      atPath: scratch.path("data.h5"), toPath: scratch.path("moved.h5"))
    let file = "data.file=\(scratch.path("moved.h5"))"
    #expect(try go([file], allowed: false).state.step == 12)
  }
}
