import DataParallel
import Datasets
import Evaluation
import Examples
import Foundation
import Importing
import Runs
import Testing
import Training

/// Real data, where the environment's VAEDP_DATA names a folder with `mnist` (the four IDX files) and
/// `binarized_mnist.h5`; without it these tests are skipped.
private let folder = ProcessInfo.processInfo.environment["VAEDP_DATA"]

@Suite(.enabled(if: folder != nil, "VAEDP_DATA names no folder of real data"))
struct RealDataTests {
  /// An untrained model costs 784 · log 2 ≈ 543 nats, a mean image about 206; seeds 0, 1 and 2 come
  /// to 147.3–149.6.
  @Test func mnistIsLearntInAnEpoch() throws {
    let (scratch, source) = (try ScratchFolder(), try #require(folder))
    let file = scratch.path("mnist.h5")
    _ = try Importing(source + "/mnist", format: "idx").write(to: file)
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let configuration = try RunConfiguration(
      file: root.appending(path: "configs/mlp.json").path,
      overrides: [
        "data.file=\"\(file)\"", "data.validation.fraction=0.83333", "training.epochs=1",
        "training.batchSize=32",
      ])
    let run = try TrainingRun(configuration, output: scratch.path("run"))
    #expect(run.data.training.positions.count == 10_000)
    #expect(try run.run().reason == .completed)
    let model = try TrainedModel(scratch.path("run"))
    let result = try model.runner.evaluate(model.examples(split: "test"))
    #expect(result.examples == 10_000)
    #expect(-result.elbo < 156)
    #expect(result.activeUnits >= 10)
  }

  @Test func binarizedImagesAreRead() throws {
    let file = try #require(folder) + "/binarized_mnist.h5"
    for (name, count) in [("train", 50_000), ("valid", 10_000), ("test", 10_000)] {
      let examples = try DatasetReader.open(file: file, dataset: name)
      #expect(examples.exampleCount == count && examples.exampleShape == [784])
      let values = try ExampleSet(examples, positions: Array(0..<100)).values()
      #expect(Set(values) == [0, 1])
    }
  }
}
