import Examples
import Testing
import Training

/// Latents whose means are far from 0 and vary by a little more or less than the threshold of 0.01.
@Suite struct ActiveUnitsTests {
  /// μ = center + √(4 variance) · x, where half of the examples have x = 0 and the others x = 1.
  @Test(arguments: [0, 300, -300, 3000, -3000], [true, false])
  func thresholdHoldsFarFromZero(center: Float, isActive: Bool) throws {
    let variances = isActive ? [0.0101, 0.011, 0.02] : [0.0099, 0.009, 0.005]
    var sample = TrainingSample(
      "far", exampleShape: [1],
      model: """
        { "encoder": [], "posterior": { "deterministic": { "latent": \(variances.count) } },
          "decoder": [{ "dense": { "units": 1 } }], "likelihood": "squaredError" }
        """,
      training: """
        { "batchSize": 8, "epochs": 1, "optimizer": { "sgd": { "learningRate": 1e-30 } } }
        """,
      value: { row, _ in Float(row % 2) })
    (sample.trainingCount, sample.validationCount) = (22, 8)
    let trainer = sample.trainer(shards: 3, threads: 2)
    var snapshot = trainer.snapshot()
    for index in snapshot.parameters.indices {
      switch snapshot.parameters[index].name {
      case "posterior.mean.weight":
        snapshot.parameters[index].values = variances.map { Float((4 * $0).squareRoot()) }
      case "posterior.mean.bias":
        snapshot.parameters[index].values = variances.map { _ in center }
      default: break
      }
    }
    try trainer.restore(snapshot, best: nil)
    try trainer.run()
    let epoch = try #require(trainer.state.history.first)
    #expect(epoch.training.activeUnits == (isActive ? 3 : 0))
    #expect(epoch.validation?.activeUnits == (isActive ? 3 : 0))
  }
}
