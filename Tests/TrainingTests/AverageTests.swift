import Configuration
import Examples
import Testing
import Training

/// Averages of the parameters over steps: what they are, and that the model is used with them.
@Suite struct AverageTests {
  /// Batch normalisation too: running statistics are averaged along. An epoch has three steps.
  private func sample(_ average: String) -> TrainingSample {
    TrainingSample(
      "normalised", exampleShape: [4, 4, 1],
      model: """
        { "encoder": [{ "conv": { "channels": 3, "kernel": 3, "padding": 1 } }, "batchNorm", "relu",
            "flatten"],
          "posterior": { "gaussian": { "latent": 2 } },
          "decoder": [{ "dense": { "units": 16 } },
            { "reshape": { "channels": 1, "height": 4, "width": 4 } }],
          "likelihood": "bernoulli" }
        """,
      training: """
        { "batchSize": 8, "epochs": 4, "optimizer": { "adam": { "learningRate": 0.03 } },
          "average": \(average) }
        """)
  }

  /// All numbers of parameters and of what the model is used with, after each step.
  private func path(
    _ trainer: Trainer
  ) throws -> [(parameters: [Float], weights: [Float])] {
    var path: [(parameters: [Float], weights: [Float])] = []
    _ = try trainer.run(
      afterStep: { trainer, _ in
        let snapshot = trainer.snapshot()
        path.append((snapshot.parameters.flatMap(\.values), snapshot.weights.flatMap(\.values)))
        return .proceed
      }, afterEpoch: { _, _ in .proceed })
    return path
  }

  /// The average of all parameters from step `start` on, the newest weighing 1 and each before `decay` as much.
  private func expectAverages(
    _ path: [(parameters: [Float], weights: [Float])], from start: Int, decay: Double
  ) {
    #expect(path.count == 12)
    for end in path.indices {
      guard end >= start else {
        #expect(path[end].weights == path[end].parameters, "step \(end)")
        continue
      }
      for i in path[end].weights.indices {
        var (sum, total, weight) = (0.0, 0.0, 1.0)
        for step in stride(from: end, through: start, by: -1) {
          (sum, total) = (sum + weight * Double(path[step].parameters[i]), total + weight)
          weight *= decay
        }
        let found = Double(path[end].weights[i])
        #expect(abs(found - sum / total) <= 1e-6 * max(1, abs(sum / total)), "step \(end)")
      }
    }
  }

  @Test func exponential() throws {
    let trainer = sample(#"{ "exponential": { "decay": 0.75 } }"#).trainer(threads: 2)
    expectAverages(try path(trainer), from: 0, decay: 0.75)
    #expect(trainer.state.averagedSteps == 12)
  }

  /// The second epoch's second step is the first that begins behind 1.2.
  @Test func equalFromAnEpochOn() throws {
    let trainer = sample(#"{ "equal": { "fromEpoch": 1.2 } }"#).trainer(threads: 2)
    expectAverages(try path(trainer), from: 4, decay: 1)
    #expect(trainer.state.averagedSteps == 8)
  }

  /// Averages change nothing of the training beside them.
  @Test func theParametersGoTheirWay() throws {
    let plain = try path(sample("\"none\"").trainer(threads: 1))
    let averaged = try path(sample("\"exponential\"").trainer(threads: 1))
    #expect(plain.map(\.parameters) == averaged.map(\.parameters))
    #expect(plain.map(\.weights) == plain.map(\.parameters))
    #expect(averaged.last?.weights != averaged.last?.parameters)
  }

  /// Validation of an averaging training is that of a plain one which has the averages for parameters.
  @Test func validationUsesThem() throws {
    let trainer = sample(#"{ "exponential": { "decay": 0.9 } }"#).trainer(threads: 1)
    try trainer.run()
    var snapshot = trainer.snapshot()
    let other = sample("\"none\"").trainer(threads: 2)
    try other.restore(snapshot, best: nil)
    #expect(try other.validate() != trainer.validate())
    snapshot.parameters = snapshot.weights
    try other.restore(snapshot, best: nil)
    #expect(try other.validate() == trainer.validate())
    #expect(bits(other.parameters) == bits(trainer.parameters))
    #expect(trainer.state.history.last?.validation == (try trainer.validate()))
  }

  /// A training that kept none so far begins it where it stands.
  @Test func aMissingAverageBeginsAtTheParameters() throws {
    let plain = sample("\"none\"").trainer(threads: 1)
    try plain.run()
    let averaging = sample("\"equal\"").trainer(threads: 1)
    try averaging.restore(plain.snapshot(), best: nil)
    #expect(bits(averaging.parameters) == bits(plain.parameters))
    #expect(averaging.state.averagedSteps == nil)
  }
}
