import Examples
import Foundation
import Testing
import Training

@Suite struct TrainingStateTests {
  /// A state with each of the numbers that JSON has trouble with.
  private static let json = """
    {"best":{"epoch":2,"objective":1e-300},"ended":"stoppedEarly","epoch":3,"epochSeconds":0.1,\
    "epochSums":{"exampleCount":8,"gradientNorms":"inf","stepCount":2,\
    "sums":["nan","-inf",-0.0,5e-324,0.1,1.7976931348623157e+308,0.30000000000000004]},\
    "epochsSinceBest":1,"history":[\(record(1, 5)),\(record(2, 10)),\(record(3, 15))],"offset":8,\
    "plateaus":[{"best":-0.0,"epochsWaited":3,"factor":0.0625}],\
    "reportSums":{"exampleCount":0,"gradientNorms":0,"stepCount":0,"sums":[]},\
    "secondsInSteps":12.5,"shards":4,"step":17}
    """

  private static func record(_ epoch: Int, _ step: Int) -> String {
    """
    {"epoch":\(epoch),"step":\(step),"isBest":\(epoch == 2),"gradientNorm":"nan","learningRate":0.1,\
    "samplesPerSecond":9,"training":{"objective":1e-300,"reconstruction":-1,"kl":0,"terms":{"weighted.kl":0},\
    "activeUnits":1}}
    """
  }

  @Test func numbersComeBackToTheSameBits() throws {
    let state = try TrainingState(json: Self.json)
    let again = try TrainingState(json: state.json())
    let expected: [Double] = [
      .nan, -.infinity, -0.0, .leastNonzeroMagnitude, 0.1, .greatestFiniteMagnitude, 0.1 + 0.2,
    ]
    #expect(again.epochSums.sums.map(\.bitPattern) == expected.map(\.bitPattern))
    #expect(again.epochSums.gradientNorms == .infinity)
    #expect(again.best?.objective.bitPattern == 1e-300.bitPattern)
    #expect(again.plateaus[0].best?.bitPattern == (-0.0).bitPattern)
    #expect(again.ended == .stoppedEarly)
    #expect(again.epoch == 3 && again.offset == 8 && again.step == 17 && again.shards == 4)
    #expect(again.epochsSinceBest == 1)
    #expect(again.json() == state.json())
  }

  /// A thousand doubles of arbitrary bits.
  @Test func anyDoubleComesBackToTheSameBits() throws {
    var generator = SystemRandomNumberGenerator()
    let numbers = (0..<1000).map { _ in Double(bitPattern: generator.next()) }.filter(\.isFinite)
    let text = numbers.map { "\($0)" }.joined(separator: ",")
    let json = Self.json.replacing("\"sums\":[]", with: "\"sums\":[\(text)]")
    let again = try TrainingState(json: TrainingState(json: json).json())
    #expect(again.reportSums.sums.map(\.bitPattern) == numbers.map(\.bitPattern))
  }

  @Test func historyComesBack() throws {
    let trainer = TrainingSample.autoencoder("{ \"epochs\": 2, \"batchSize\": 7 }").trainer(
      threads: 1)
    try trainer.run()
    #expect(trainer.state.history.count == 2)
    #expect(try TrainingState(json: trainer.state.json()) == trainer.state)
  }

  @Test func aMissingFieldIsAnError() {
    let json = Self.json.replacing("\"offset\":8,", with: "")
    let error = #expect(throws: SnapshotError.self) { _ = try TrainingState(json: json) }
    #expect(error?.object == "offset" && error?.expected == "a value" && error?.found == "none")
  }

  /// What no training comes to: what to replace by what, and the key that the error names.
  @Test(arguments: [
    ("\"epoch\":3", "\"epoch\":-5", "epoch"), ("\"epoch\":3", "\"epoch\":4", "history"),
    ("\"epoch\":3", "\"epoch\":3.5", ""), ("\"offset\":8", "\"offset\":-1", "offset"),
    ("\"offset\":8", "\"offset\":7", "epochSums.exampleCount"),
    ("\"offset\":8", "\"offset\":\"8\"", "offset"),
    ("\"shards\":4", "\"shards\":0", "shards"), ("\"shards\":4", "\"shards\":-1", "shards"),
    ("\"shards\":4", "\"shards\":1000000000", "shards"),
    ("\"step\":17", "\"step\":4611686018427387904", "step"),
    ("\"step\":17", "\"step\":3", "step"), ("\"step\":17", "\"step\":14", "history[2].step"),
    ("\"step\":10", "\"step\":5", "history[1].step"),
    ("\"secondsInSteps\":12.5", "\"secondsInSteps\":-1", "secondsInSteps"),
    ("\"secondsInSteps\":12.5", "\"secondsInSteps\":1e300", "secondsInSteps"),
    ("\"secondsInSteps\":12.5", "\"secondsInSteps\":\"nan\"", "secondsInSteps"),
    ("\"epochSeconds\":0.1", "\"epochSeconds\":\"inf\"", "epochSeconds"),
    ("\"factor\":0.0625", "\"factor\":-1", "plateaus[0].factor"),
    ("\"factor\":0.0625", "\"factor\":2", "plateaus[0].factor"),
    ("\"epochsWaited\":3", "\"epochsWaited\":-3", "plateaus[0].epochsWaited"),
    ("\"stepCount\":2", "\"stepCount\":9", "epochSums.stepCount"),
    ("\"stepCount\":2", "\"stepCount\":0", "epochSums.stepCount"),
    ("{\"epoch\":2,\"objective\"", "{\"epoch\":4,\"objective\"", "best.epoch"),
    ("{\"epoch\":2,\"objective\"", "{\"epoch\":1,\"objective\"", "best"),
    ("\"epochsSinceBest\":1", "\"epochsSinceBest\":2", "epochsSinceBest"),
    ("\"learningRate\":0.1", "\"learningRate\":-0.1", "history[0].learningRate"),
    ("stoppedEarly", "interrupted", "ended"), ("stoppedEarly", "never", "ended"),
    (
      "\"offset\":8", "\"offset\":8,\"nonFinite\":\(counts(1, "0.25", 17, 9))",
      "nonFinite.learningRateFactor"
    ),
    (
      "\"offset\":8", "\"offset\":8,\"nonFinite\":\(counts(1, "0.5", 9, 9))", "nonFinite.failedStep"
    ), ("\"offset\":8", "\"offset\":8,\"nonFinite\":\(counts(0, "1", 17, 9))", "nonFinite"),
  ])
  func whatNoTrainingComesToIsAnError(old: String, new: String, key: String) throws {
    let start = Self.json.range(of: old, options: key == "step" ? .backwards : [])
    let json = Self.json.replacingCharacters(in: try #require(start), with: new)
    let error = #expect(throws: SnapshotError.self, "\(new)") { _ = try TrainingState(json: json) }
    #expect(error?.object == key, "\(new): \(String(describing: error))")
  }

  private static func counts(
    _ rollbacks: Int, _ factor: String, _ failed: Int, _ back: Int
  ) -> String {
    """
    {"skippedSteps":0,"skippedInARow":0,"rollbacks":\(rollbacks),"failedStep":\(failed),\
    "returnStep":\(back),"learningRateFactor":\(factor)}
    """
  }
}
