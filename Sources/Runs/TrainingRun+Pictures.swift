internal import Checkpoints
internal import Evaluation
internal import Examples
internal import Foundation
internal import Models
internal import Reports
internal import Training

/// Pictures of what the model has learnt.
extension TrainingRun {
  /// `samples/epoch-0001.png`, the mean of p(x|z) for 64 draws from the prior, the same at every
  /// epoch, with what else the model reads taken from examples; and `samples/reconstructions-0001.png`, originals above their reconstructions.
  func writePictures(epoch: Int) throws {
    let runner =
      try pictureRunner
      ?? ModelRunner(model, parameters: trainer.parameters, threadCount: environment.threads)
    pictureRunner = runner
    try runner.parameters.set(trainer.parameters)
    let shape = model.exampleShape
    let source = data.validation ?? data.training
    let samples = try runner.sample(
      count: 64, seed: UInt64(configuration.training.seed),
      given: try spread(64, of: source).copied())
    let number = String(format: "%04d", epoch)
    let grid = ImageGrid(samples, shape: [64] + shape)
    try folder.write(grid.png(), to: "samples/epoch-\(number).png")
    let few = spread(min(16, source.positions.count), of: source)
    let pairs = ImageGrid.pairs(
      originals: try few.values(), reconstructions: try runner.reconstruct(few),
      shape: [few.positions.count] + shape)
    try folder.write(pairs.png(), to: "samples/reconstructions-\(number).png")
  }

  /// Examples spread over a set, whose neighbours are often alike.
  private func spread(_ count: Int, of set: ExampleSet) -> ExampleSet {
    let rows = (0..<count).map { set.positions[$0 * set.positions.count / count] }
    return ExampleSet(set.source, positions: rows)
  }
}
