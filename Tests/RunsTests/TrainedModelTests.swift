import Checkpoints
import Datasets
import Evaluation
import Examples
import Foundation
import HDF5
import Models
import Runs
import Testing
import Training

@Suite struct TrainedModelTests {
  private let scratch: ScratchFolder

  init() throws {
    scratch = try ScratchFolder()
    try scratch.writeData()
  }

  private func trained(_ overrides: [String] = []) throws -> TrainedModel {
    try RunSample.train(scratch, "run", ["training.epochs=1"] + overrides)
    return try TrainedModel(scratch.path("run"), threads: 2)
  }

  @Test func aRunIsItsBestCheckpoint() throws {
    let rule = ["training.earlyStopping={\"minimumImprovement\": 1e9, \"restoreBest\": false}"]
    try RunSample.train(scratch, "run", rule)
    let model = try TrainedModel(scratch.path("run"))
    #expect(model.state.step == 4)
    #expect(model.configuration.name == "small")
    #expect(model.runner.model.exampleShape == [6, 6, 1])
    let last = try TrainedModel(scratch.path("run/checkpoints/last.h5"))
    #expect(last.state.step == 12)
    #expect(bits(last.parameters) != bits(model.parameters))
  }

  /// Before the end of its warm-up a training has no best epoch.
  @Test func aRunWithoutABestCheckpointIsItsLast() throws {
    let warmUp = "model.objective={\"elbo\": {\"warmUpEpochs\": 9}}"
    let (_, trainer) = try RunSample.train(scratch, "run", [warmUp])
    let model = try TrainedModel(scratch.path("run"))
    #expect(model.state.step == 12)
    #expect(bits(model.parameters) == bits(trainer.parameters))
  }

  /// What is validated, drawn and exported is the average, where the training keeps one.
  @Test func aModelIsUsedWithItsAverages() throws {
    let (_, trainer) = try RunSample.train(
      scratch, "run", ["training.average={\"exponential\": {\"decay\": 0.9}}"])
    let file = scratch.path("run/checkpoints/last.h5")
    let (model, snapshot) = (try TrainedModel(file), try CheckpointLoader.load(path: file).snapshot)
    #expect(snapshot.states.map(\.name) == ["firstMoment", "secondMoment", "average"])
    #expect(bits(model.parameters) == bits(trainer.parameters))
    #expect(bits(model.parameters) == bits(snapshot.weights))
    #expect(bits(model.parameters) != bits(snapshot.parameters))
    _ = try model.export(.hdf5, to: scratch.path("export"))
    let exported = try HDF5File(reading: scratch.path("export/model.h5"))
    let weight = try exported.read("/parameters/encoder.dense1.weight", as: Float.self)
    #expect(weight == model.parameters.first { $0.name == "encoder.dense1.weight" }?.values)
    try exported.close()
  }

  @Test func aCheckpointMayLieAnywhere() throws {
    let model = try trained()
    let copy = scratch.path("copy.h5")
    try FileManager.default.copyItem(
      atPath: scratch.path("run/checkpoints/step-000000004.h5"), toPath: copy)
    let other = try TrainedModel(copy)
    #expect(bits(other.parameters) == bits(model.parameters))
    #expect(other.defaultExportFolder == scratch.path("export"))
    #expect(model.defaultExportFolder == scratch.path("run/export"))
  }

  @Test func whatIsNotThereIsAnError() throws {
    var error = #expect(throws: RunError.self) { _ = try TrainedModel(scratch.path("none")) }
    #expect(error?.code == .missing)
    try FileManager.default.createDirectory(
      atPath: scratch.path("empty"), withIntermediateDirectories: true)
    error = #expect(throws: RunError.self) { _ = try TrainedModel(scratch.path("empty")) }
    #expect(error?.code == .missing && error?.found == "none in it")
    #expect(throws: CheckpointError.self) { _ = try TrainedModel(scratch.path("data.h5")) }
  }

  @Test func everyFormatWritesItsFiles() throws {
    let model = try trained()
    let folder = scratch.path("export")
    let files = try ExportFormat.allCases.flatMap { try model.export($0, to: folder) }
    let expected = ["encoder.onnx", "decoder.onnx", "model.safetensors", "model.h5"]
    #expect(files == expected.map { "\(folder)/\($0)" })
    #expect(try scratch.names("export") == expected.sorted())
    #expect(try scratch.bytes("export/encoder.onnx").count > 36 * 8 * 4)
    let header = try scratch.bytes("export/model.safetensors").dropFirst(8)
    #expect(header.starts(with: Array("{\"".utf8)))
    let file = try HDF5File(reading: scratch.path("export/model.h5"))
    let weight = try file.read("/parameters/encoder.dense1.weight", as: Float.self)
    #expect(weight == model.parameters.first { $0.name == "encoder.dense1.weight" }?.values)
    #expect(try file.attribute("step", of: "/") == .string("4"))
    try file.close()
    // Again, over what is there.
    #expect(try model.export(.hdf5, to: folder).count == 1)
    #expect(try scratch.names("export") == expected.sorted())
  }

  @Test func splitsAreThoseOfTheRun() throws {
    let model = try trained()
    #expect(try model.examples(split: "train").positions.count == 32)
    #expect(try model.examples(split: "validation").positions.count == 8)
    #expect(try model.examples(split: "test").positions.count == 12)
    #expect(try model.examples(split: "train/images").positions.count == 40)
    let result = try model.runner.evaluate(model.examples(split: "test"))
    #expect(result.examples == 12 && result.elbo < 0)
  }

  /// Of another file, which was not trained on, nothing is left out.
  @Test func anotherFileIsTakenWhole() throws {
    let model = try trained(["data.test={\"fraction\": 0.1}"])
    #expect(try model.examples(split: "test").positions.count == 4)
    let other = try scratch.writeData("other.h5")
    for (split, count) in [("train", 40), ("validation", 40), ("test", 40), ("test/images", 12)] {
      #expect(try model.examples(split: split, file: other).positions.count == count, "\(split)")
    }
  }

  @Test func splitsThatAreNotThereAreErrors() throws {
    let model = try trained(["data.test=null", "data.validation={\"fraction\": 0.001}"])
    var error = #expect(throws: RunError.self) { _ = try model.examples(split: "test") }
    #expect(error?.code == .noSplit && error?.found == "null at data.test")
    error = #expect(throws: RunError.self) { _ = try model.examples(split: "validation") }
    #expect(error?.code == .noSplit && error?.found == "no example in it")
    let shape = #expect(throws: DatasetError.self) { _ = try model.examples(split: "other") }
    #expect(shape?.code == .wrongShape)
    #expect(throws: HDF5Error.self) { _ = try model.examples(split: "nothing") }
    let missing = #expect(throws: DatasetError.self) {
      _ = try model.examples(split: "train", file: scratch.path("none.h5"))
    }
    #expect(missing?.code == .missingFile)
  }

  /// A file that was asked for is not drawn where it is missing, as the configuration's own is.
  @Test func aMissingFileIsNotGenerated() throws {
    var model = try trained()
    model.configuration.data.generatedCount = 3
    #expect(throws: DatasetError.self) {
      _ = try model.examples(split: "test", file: scratch.path("none.h5"))
    }
    #expect(!FileManager.default.fileExists(atPath: scratch.path("none.h5")))
  }
}
