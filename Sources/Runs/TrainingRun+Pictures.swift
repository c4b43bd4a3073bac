internal import Evaluation
internal import Examples
internal import Foundation
internal import Models
internal import Reports
internal import Training

/// Pictures of what the model has learnt.
extension TrainingRun {
  /// `samples/epoch-0001.png`, the mean of p(x|z) for 64 draws from the prior, the same at every
  /// epoch; and `samples/reconstructions-0001.png`, originals above their reconstructions.
  func writePictures(epoch: Int) throws {
    let runner = try ModelRunner(model, parameters: trainer.parameters)
    let shape = model.exampleShape
    let samples = try runner.sample(count: 64, seed: UInt64(configuration.training.seed))
    let number = String(format: "%04d", epoch)
    let grid = ImageGrid(samples, shape: [64] + shape)
    try folder.write(grid.png(), to: "samples/epoch-\(number).png")
    let source = data.validation ?? data.training
    // Spread over the set, whose neighbours are often alike.
    let count = min(16, source.positions.count)
    let rows = (0..<count).map { source.positions[$0 * source.positions.count / count] }
    let few = ExampleSet(source.source, positions: rows)
    let pairs = ImageGrid.pairs(
      originals: try few.values(), reconstructions: try runner.reconstruct(few),
      shape: [few.positions.count] + shape)
    try folder.write(pairs.png(), to: "samples/reconstructions-\(number).png")
  }
}
