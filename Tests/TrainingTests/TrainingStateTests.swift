import Foundation
import Testing
import Training

@Suite struct TrainingStateTests {
  /// A state with each of the numbers that JSON has trouble with.
  private static let json = """
    {"best":{"epoch":2,"objective":1e-300},"ended":"stoppedEarly","epoch":3,"epochSeconds":0.1,\
    "epochSums":{"exampleCount":8,"gradientNorms":"inf","stepCount":2,\
    "sums":["nan","-inf",-0.0,5e-324,0.1,1.7976931348623157e+308,0.30000000000000004]},\
    "epochsSinceBest":1,"history":[],"offset":8,\
    "plateau":{"best":-0.0,"epochsWaited":4,"factor":0.0625},\
    "reportSums":{"exampleCount":0,"gradientNorms":0,"stepCount":0,"sums":[]},\
    "secondsInSteps":12.5,"shards":4,"step":17}
    """

  @Test func numbersComeBackToTheSameBits() throws {
    let state = try TrainingState(json: Self.json)
    let again = try TrainingState(json: state.json())
    let expected: [Double] = [
      .nan, -.infinity, -0.0, .leastNonzeroMagnitude, 0.1, .greatestFiniteMagnitude, 0.1 + 0.2,
    ]
    #expect(again.epochSums.sums.map(\.bitPattern) == expected.map(\.bitPattern))
    #expect(again.epochSums.gradientNorms == .infinity)
    #expect(again.best?.objective.bitPattern == 1e-300.bitPattern)
    #expect(again.plateau.best?.bitPattern == (-0.0).bitPattern)
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
    #expect(throws: DecodingError.self) { _ = try TrainingState(json: json) }
  }
}
