import Configuration
import Datasets
import Examples
import Foundation
import HDF5
import Models
import Runs
import Testing

/// Trainings that are given a file and no data in it.
@Suite struct LookedDataTests {
  private let scratch: ScratchFolder

  /// Writes Keras's arrays as `keras.h5`.
  init() throws {
    scratch = try ScratchFolder()
    let file = try HDF5File.create(at: scratch.path("keras.h5"))
    for (split, count) in [("train", 24), ("test", 8), ("val", 6)] {
      let values = (0..<count * 5).map { Float($0 * 7919 % 251) / 250 }
      try file.write("x_\(split)", shape: [count, 5], values: values.span)
      let labels = (0..<count).map { UInt8($0 % 3) }
      try file.write("y_\(split)", shape: [count], values: labels.span)
    }
    try file.close()
  }

  private func configuration(
    _ more: String = "", encoder: String = "{ \"dense\": { \"units\": 4 } }"
  ) throws -> RunConfiguration {
    try RunConfiguration(
      json: """
        { "model": { "encoder": [\(encoder)], "posterior": { "gaussian": { "latent": 2 } },
            "decoder": [{ "dense": { "units": 5 } }], "likelihood": "gaussian" },
          "data": { "file": "\(scratch.path("keras.h5"))" \(more) },
          "training": { "batchSize": 8, "shards": 1, "epochs": 1 } }
        """)
  }

  private func train(
    _ configuration: RunConfiguration, resume: Resume = .never
  ) throws -> (run: TrainingRun, looked: [String]) {
    var looked: [String] = []
    let run = try TrainingRun(
      configuration, output: scratch.path("run"), resume: resume, threads: 1
    ) { event in
      if case .looked(let line) = event { looked.append(line) }
    }
    _ = try run.run()
    return (run, looked)
  }

  private func section() throws -> JSONNode? {
    try JSONNode.parse(scratch.text("run/config.json"), file: nil)["data"]
  }

  @Test func whatIsThereIsTaken() throws {
    let (run, looked) = try train(configuration())
    #expect(run.data.training.positions.count == 24 && run.data.test?.positions.count == 8)
    #expect(run.data.validation?.positions.count == 6)
    #expect(run.data.fields.map(\.name) == ["x", "label"])
    #expect(looked.count == 1)
    #expect(
      looked.first?.hasSuffix(
        "taken: x_train, 24 examples of shape [5], labels y_train, validation x_val, test x_test")
        == true)
    let written = try #require(try section())
    #expect(written["train"] == .string("x_train") && written["labels"] == .string("y_train"))
    #expect(written["test"]?["dataset"] == .string("x_test"))
    #expect(written["test"]?["fields"]?["label"] == .string("y_test"))
    #expect(try TrainedModel(scratch.path("run")).examples(split: "test").positions.count == 8)
  }

  /// Not even where another file would be looked at in another way by now.
  @Test func aTrainingThatGoesOnDoesNotLookAgain() throws {
    _ = try train(configuration())
    let before = try section()
    let file = try HDF5File.create(at: scratch.path("more.h5"))
    try file.close()
    let again = try configuration(", \"missingChunks\": \"refuse\"")
    let (run, looked) = try train(again, resume: .automatic)
    #expect(looked.isEmpty && run.data.choice == nil)
    #expect(try section() == before)
  }

  @Test func whatIsGivenIsNotLookedFor() throws {
    let (run, _) = try train(
      configuration(", \"test\": null, \"labels\": null, \"validation\": { \"fraction\": 0.25 }"))
    #expect(run.data.test == nil && run.data.fields.map(\.name) == ["x"])
    #expect(run.data.training.positions.count == 18 && run.data.validation?.positions.count == 6)
  }

  @Test func aNameOfTheDataEndsTheLooking() throws {
    let (run, looked) = try train(configuration(", \"train\": \"x_test\""))
    #expect(looked.isEmpty && run.data.training.positions.count == 8)
    #expect(run.data.fields.map(\.name) == ["x"] && run.data.test == nil)
  }

  /// Examples whose fields nothing names are left out.
  @Test func fieldsOfOnesOwnAreKept() throws {
    let (run, _) = try train(configuration(", \"fields\": { \"age\": \"y_train\" }"))
    #expect(run.data.fields.map(\.name).sorted() == ["age", "label", "x"])
    #expect(run.data.test == nil)
  }

  @Test func aModelMayReadLabelsThatWereFound() throws {
    let encoder =
      "{ \"condition\": { \"field\": \"label\" } }, { \"dense\": { \"units\": 4 } }"
    let (run, _) = try train(configuration(encoder: encoder))
    #expect(run.model.fieldNames == ["x", "label"])
    #expect(try configuration(encoder: encoder).describedModel().fieldNames == ["x", "label"])
  }

  @Test func aFileWithoutExamplesIsTold() throws {
    try scratch.remove("keras.h5")
    let file = try HDF5File.create(at: scratch.path("keras.h5"))
    try file.write("small", shape: [2], values: ([1, 2] as [Float]).span)
    try file.write("large", shape: [2, 2, 1, 1, 1], values: ([1, 2, 3, 4] as [Float]).span)
    try file.close()
    let error = #expect(throws: DatasetError.self) { _ = try train(configuration()) }
    #expect(error?.code == .empty && error?.found.hasPrefix("large: training expects") == true)
    #expect(error?.remedy.contains("vae-dp inspect") == true)
  }

  @Test func writtenExamplesAreThoseThatWereRead() throws {
    let data = try RunData(configuration().data, seed: 0)
    try data.write(to: scratch.path("copy.h5"))
    let file = scratch.path("copy.h5")
    for (part, set) in [
      ("train", data.training), ("validation", try #require(data.validation)),
      ("test", try #require(data.test)),
    ] {
      let copy = try DatasetReader.open(file: file, dataset: "\(part)/x")
      #expect(try ExampleSet(copy).values() == set.values())
      let labels = try DatasetReader.open(file: file, dataset: "\(part)/labels", as: .classes)
      #expect(labels.classes == ["0", "1", "2"])
      #expect(try ExampleSet(labels).values() == set.values(of: "label"))
    }
  }
}
