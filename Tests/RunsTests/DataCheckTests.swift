import Configuration
import Datasets
import Examples
import Foundation
import HDF5
import Models
import Runs
import Testing
import Training

/// Data that the likelihood does not describe are found before anything is learnt from them.
@Suite struct DataCheckTests {
  private let scratch: ScratchFolder

  init() throws {
    scratch = try ScratchFolder()
    try scratch.writeData()
  }

  @Test func greyLevelsThatAreNotScaledAreRefusedForBernoulli() throws {
    let error = #expect(throws: DatasetError.self) {
      try RunSample.train(scratch, "run", ["data.scale=1"])
    }
    #expect(error?.code == .unsupportedValue)
    #expect(error?.expected == "numbers from 0.0 to 1.0, as the likelihood bernoulli describes")
    #expect(error?.remedy.contains("data.scale") == true)
    #expect(!FileManager.default.fileExists(atPath: scratch.path("run/checkpoints/last.h5")))
  }

  /// 32 training examples in minibatches of 31 leave one, of which nothing can be normalised.
  @Test func aMinibatchOfOneExampleIsRefusedForBatchNormalisation() throws {
    let flat = [
      "model.encoder=[\"flatten\", { \"dense\": { \"units\": 8 } }, \"batchNorm\"]",
      "training.batchSize=31",
    ]
    let error = #expect(throws: ConfigurationError.self) {
      try RunSample.train(scratch, "run", flat)
    }
    #expect(
      error?.description
        == "training.batchSize: expected minibatches of at least 2 examples, for the variance that "
        + "encoder.batchNorm1 takes over them, found 1 in an epoch's last minibatch: 32 examples in "
        + "minibatches of 31. Set training.batchSize to 30.")
    #expect(!FileManager.default.fileExists(atPath: scratch.path("run")))
    let one = #expect(throws: ConfigurationError.self) {
      try RunSample.train(scratch, "run", flat + ["training.batchSize=1"])
    }
    #expect(
      one?.description.hasSuffix("found 1 in a minibatch. Set training.batchSize to 2.") == true)
    // One step never comes to the rest; images have other pixels to normalise over.
    let oneStep = flat + ["training.steps=1", "training.epochs=null"]
    #expect(try RunSample.train(scratch, "steps", oneStep).outcome.reason == .completed)
    let images = [
      "model.encoder=[{ \"conv\": { \"channels\": 2, \"kernel\": 3 } }, \"batchNorm\", \"flatten\"]",
      "training.batchSize=31", "training.epochs=1",
    ]
    #expect(try RunSample.train(scratch, "images", images).outcome.reason == .completed)
  }

  @Test func otherLikelihoodsTakeThem() throws {
    let settings = ["data.scale=1", "model.likelihood=gaussian", "training.steps=1"]
    #expect(try RunSample.train(scratch, "run", settings).outcome.reason == .completed)
  }

  @Test func countsBelowZeroAreRefusedForMultinomial() throws {
    let error = #expect(throws: DatasetError.self) {
      try warnings(of: (0..<120).map { $0 == 70 ? -1 : Float($0) }, likelihood: "multinomial")
    }
    #expect(error?.expected == "numbers of at least 0.0, as the likelihood multinomial describes")
    #expect(error?.found == "-1.0 in row 23, element 1")
  }

  /// One wrong number among 2,000 sparse rows, between the places that are looked at whole.
  @Test func countsBelowZeroAreFoundInSparseRows() throws {
    let file = try HDF5File.create(at: scratch.path("table.h5"))
    let values = (0..<2000).map { $0 == 1111 ? -2 : Float(1) }
    let (columns, starts) = ((0..<2000).map { Int32($0 % 40) }, (0...2000).map { Int32($0) })
    try file.write("X/data", shape: [2000], values: values.span)
    try file.write("X/indices", shape: [2000], values: columns.span)
    try file.write("X/indptr", shape: [2001], values: starts.span)
    try file.setAttribute("shape", of: "X", to: .integers([2000, 40]))
    try file.close()
    let error = #expect(throws: DatasetError.self) {
      try warnings(likelihood: "multinomial", dataset: "X", columns: 40)
    }
    #expect(error?.found == "-2.0 in row 1111, element 31")
  }

  @Test func columnsThatNeverChangeAreTold() throws {
    let found = try warnings(
      of: (0..<120).map { $0 % 3 == 1 ? 0.5 : Float($0) / 120 }, likelihood: "bernoulli")
    #expect(found.count == 1)
    #expect(found.first?.contains("1 of 3 columns have the same value") == true)
    #expect(found.first?.contains("(1)") == true)
  }

  /// What is said of a table of 40 rows.
  private func warnings(of values: [Float], likelihood: String) throws -> [String] {
    let file = try HDF5File.create(at: scratch.path("table.h5"))
    try file.write("train", shape: [40, 3], values: values.span)
    try file.close()
    return try warnings(likelihood: likelihood, dataset: "train", columns: 3)
  }

  private func warnings(likelihood: String, dataset: String, columns: Int) throws -> [String] {
    let configuration = try RunConfiguration(
      json: """
        { "model": { "encoder": [{ "dense": { "units": 4 } }],
            "posterior": { "gaussian": { "latent": 1 } }, "decoder": [{ "dense": { "units": \(columns) } }],
            "likelihood": "\(likelihood)" },
          "data": { "file": "\(scratch.path("table.h5"))", "train": "\(dataset)", "validation": null,
            "test": null } }
        """)
    let data = try RunData(configuration.data, seed: 0)
    let model = try Model(reading: configuration.model, exampleShape: [columns])
    return try data.check(for: model, configuration.data)
  }
}
