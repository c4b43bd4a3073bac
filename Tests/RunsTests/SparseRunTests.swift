import DataParallel
import Evaluation
import Examples
import Foundation
import HDF5
import Runs
import Testing
import Training

/// A run on a matrix in CSR form beside one on the same numbers held dense.
@Suite struct SparseRunTests {
  private let scratch: ScratchFolder

  /// Writes 60 rows of 50 counts as `X` in CSR form and as `dense`.
  init() throws {
    scratch = try ScratchFolder()
    let (rows, columns) = (60, 50)
    let values = (0..<rows * columns).map { index -> Float in
      let (row, column) = (index / columns, index % columns)
      return (row * 31 + column * 7) % 11 == 0 ? Float((row + column) % 3 + 1) : 0
    }
    let kept = values.indices.filter { values[$0] != 0 }
    let file = try HDF5File.create(at: scratch.path("data.h5"))
    try file.write("dense", shape: [rows, columns], values: values.span)
    let (data, indices) = (kept.map { values[$0] }, kept.map { Int32($0 % columns) })
    let starts = (0...rows).map { row in Int32(kept.count { $0 < row * columns }) }
    try file.write("X/data", shape: [data.count], values: data.span)
    try file.write("X/indices", shape: [data.count], values: indices.span)
    try file.write("X/indptr", shape: [starts.count], values: starts.span)
    try file.setAttribute("shape", of: "X", to: .integers([rows, columns]))
    try file.close()
  }

  private func train(
    _ dataset: String, _ output: String, resume: Resume = .never, threads: Int = 2,
    until step: Int? = nil
  ) throws -> Trainer {
    let configuration = try RunConfiguration(
      json: """
        { "model": {
            "encoder": [{ "dense": { "units": 16 } }, "tanh"],
            "posterior": { "gaussian": { "latent": 3 } },
            "decoder": [{ "dense": { "units": 16 } }, "tanh", { "dense": { "units": 50 } }],
            "likelihood": "multinomial" },
          "data": { "file": "\(scratch.path("data.h5"))", "train": "\(dataset)",
            "validation": { "fraction": 0.2 }, "test": { "fraction": 0.1 } },
          "training": { "batchSize": 8, "shards": 2, "epochs": 3, "seed": 1 } }
        """)
    let run = try TrainingRun(
      configuration, output: scratch.path(output), resume: resume, threads: threads)
    _ = try run.run { run.trainer.state.step == step }
    return run.trainer
  }

  @Test func resultsAreThoseOfDenseRows() throws {
    let (sparse, dense) = (try train("X", "sparse"), try train("dense", "full"))
    #expect(sparse.state.step == 18 && dense.state.step == 18)
    for (a, b) in zip(sparse.state.history, dense.state.history) {
      #expect(abs(a.training.objective - b.training.objective) <= 1e-3)
      let (mine, other) = (try #require(a.validation), try #require(b.validation))
      #expect(abs(mine.objective - other.objective) <= 1e-3)
    }
    // One model on both forms of the test examples.
    let model = try TrainedModel(scratch.path("sparse"), threads: 2)
    let test = try model.examples(split: "test")
    #expect(test.source.nonZeros != nil && test.positions.count == 6)
    let file = scratch.path("data.h5")
    let (mine, other) = (
      try model.examples(split: "X", file: file), try model.examples(split: "dense", file: file)
    )
    #expect(mine.source.nonZeros != nil && other.source.nonZeros == nil)
    let (found, wanted) = (try model.runner.evaluate(mine), try model.runner.evaluate(other))
    #expect(abs(found.elbo - wanted.elbo) <= 1e-4 * abs(wanted.elbo))
    for (a, b) in zip(try model.runner.encode(mine).mean, try model.runner.encode(other).mean) {
      #expect(abs(a - b) <= 1e-5)
    }
    for (a, b) in zip(try model.runner.reconstruct(mine), try model.runner.reconstruct(other)) {
      #expect(abs(a - b) <= 1e-5)
    }
  }

  @Test func aRunThatWasStoppedComesToTheSameBits() throws {
    let whole = try train("X", "whole")
    _ = try train("X", "parts", threads: 1, until: 5)
    let second = try train("X", "parts", resume: .automatic, threads: 3)
    #expect(second.state.step == 18)
    #expect(bits(second.parameters) == bits(whole.parameters))
  }
}
