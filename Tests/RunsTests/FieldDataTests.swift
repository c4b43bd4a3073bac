import Checkpoints
import Configuration
import Datasets
import Evaluation
import Examples
import Foundation
import HDF5
import Runs
import Testing
import Training

/// Fields of the examples beside their data: where they are, what they must be, and that they stay with their rows.
@Suite struct FieldDataTests {
  private let scratch: ScratchFolder

  init() throws {
    scratch = try ScratchFolder()
    try scratch.writeFields()
  }

  private func configuration(_ more: String) throws -> DataConfiguration {
    let json = "{ \"file\": \"\(scratch.path("fields.h5"))\", \(more) }"
    return try DataConfiguration(reading: JSONNode.parse(json, file: "a.json"))
  }

  private func open(_ more: String) throws -> RunData {
    try RunData(configuration(more), seed: 3)
  }

  private func problem(_ more: String) -> DatasetError? {
    #expect(throws: DatasetError.self) { _ = try open(more) }
  }

  private func mistake(_ more: String) -> ConfigurationError? {
    #expect(throws: ConfigurationError.self) { _ = try configuration(more) }
  }

  private static let all = """
    "labels": "train/labels",
    "fields": { "mask": "train/mask", "length": { "dataset": "train/length", "as": "numbers" } }
    """

  @Test func fieldsAreWhatGraphsSeeOfThem() throws {
    #expect(
      try open(Self.all).fields == [
        Field(name: "x", shape: [6, 6, 1]),
        Field(name: "label", shape: [3], classes: ["2", "12", "22"]),
        Field(name: "mask", shape: [6, 6, 1]), Field(name: "length", shape: [1]),
      ])
    #expect(try open("\"train\": \"train/images\"").fields.map(\.name) == ["x"])
  }

  /// Every row's first pixel is its number, from which the others follow.
  @Test func fractionsKeepRowsTogether() throws {
    let data = try open(
      Self.all + ", \"validation\": { \"fraction\": 0.2 }, \"test\": { \"fraction\": 0.1 }")
    let sets = try [data.training, #require(data.validation), #require(data.test)]
    #expect(sets.map(\.positions.count) == [28, 8, 4])
    for set in sets {
      let rows = try set.values().enumerated().filter { $0.offset % 36 == 0 }.map {
        Int(($0.element * 255).rounded())
      }
      #expect(rows == set.positions.map(Int.init))
      let labels = try set.values(of: "label")
      for (index, row) in rows.enumerated() {
        #expect(labels[3 * index..<3 * index + 3].firstIndex(of: 1) == 3 * index + row * 7 % 3)
      }
      #expect(try set.values(of: "length") == rows.map { Float($0 + 100) })
      #expect(try set.values(of: "mask").max() == 1)
    }
  }

  /// In the folder of the other dataset, by the same name; classes are those of the training examples.
  @Test func otherDatasetsHaveTheirFieldsBesideThem() throws {
    let data = try open("\"labels\": \"train/labels\", \"test\": \"test/images\"")
    let test = try #require(data.test)
    #expect(test.source.fields == data.fields && test.positions.count == 12)
    #expect(try test.values(of: "label").prefix(6) == [0, 0, 1, 1, 0, 0])
  }

  @Test func otherDatasetsMayNameTheirFields() throws {
    for more in [
      "\"labels\": \"other/labels\"", "\"fields\": { \"label\": \"other/labels\" }",
    ] {
      let data = try open(
        "\"labels\": \"train/labels\", \"test\": { \"dataset\": \"test/images\", \(more) }")
      #expect(try #require(data.test).values(of: "label").prefix(6) == [0, 1, 0, 0, 1, 0])
    }
  }

  @Test func aFieldWhosePlaceNobodyTellsIsAsked() {
    let error = mistake(
      "\"train\": \"images\", \"labels\": \"labels\", \"validation\": \"more\"")
    #expect(
      error?.description.contains("validation: expected a place of the field label") == true)
    #expect(error?.remedy?.contains("\"fields\": { \"label\": \"…\" }") == true)
  }

  @Test func mistakesInTheConfigurationAreTold() {
    #expect(
      mistake("\"labels\": \"a\", \"fields\": { \"label\": \"b\" }")?.description
        .contains("fields.label: expected one place of each field") == true)
    for name in ["x", "z", "", "a b", "1st"] {
      #expect(
        mistake("\"fields\": { \"\(name)\": \"a\" }")?.description
          .contains("expected a field's name") == true)
    }
    #expect(
      mistake("\"fields\": { \"mask\": 3 }")?.description.contains(
        "fields.mask: expected a dataset's name") == true)
    #expect(
      mistake("\"fields\": { \"mask\": { \"dataset\": \"a\", \"as\": \"bits\" } }")?.description
        .contains("fields.mask.as: unknown word \"bits\"") == true)
    #expect(
      mistake("\"test\": { \"dataset\": \"test/images\", \"labels\": \"b\" }")?.remedy
        == "Name the training examples' own at data.labels.")
    #expect(
      mistake("\"test\": { \"dataset\": \"a\", \"fraction\": 0.1 }")?.description
        .contains("expected nothing beside \"dataset\"") == true)
  }

  @Test func fieldsOfOtherExamplesAreTold() {
    let count = problem("\"labels\": \"test/labels\"")
    #expect(count?.code == .wrongShape && count?.object == "test/labels" && count?.found == "12")
    #expect(count?.expected == "40 rows, one for each example of train/images")
    let labels = "\"labels\": \"train/labels\", \"test\": { \"dataset\": \"test/images\", "
    let unknown = problem(labels + "\"labels\": \"other/unknown\" }")
    #expect(unknown?.object == "other/unknown" && unknown?.found == "7 in row 4")
    #expect(
      unknown?.expected == "one of 3 classes for the field label, as in train/images: 2, 12, 22")
    let numbers = problem(labels + "\"labels\": \"other/numbers\" }")
    #expect(numbers?.code == .wrongType && numbers?.found == "float32 of shape [12]")
    let mask = problem(
      "\"fields\": { \"mask\": \"train/mask\" }, \"test\": { \"dataset\": \"test/images\", "
        + "\"fields\": { \"mask\": \"other/mask\" } }")
    #expect(
      mask?.expected == "the field mask of shape [6, 6, 1], as in train/images"
        && mask?.found == "[3, 3, 1]")
    #expect(throws: HDF5Error.self) { _ = try open("\"labels\": \"train/none\"") }
  }

  @Test func theDigestIsOfTheFieldsToo() throws {
    let before = try open(Self.all).digest()
    #expect(try open(Self.all).digest() == before)
    #expect(try open("\"train\": \"train/images\"").digest() != before)
    for row in [4, 39] {
      try scratch.writeFields { if $0 == row { 22 } else { nil } }
      #expect(try open(Self.all).digest() != before)
    }
  }
}

/// Trainings on examples with labels.
@Suite struct LabelledRunTests {
  private let scratch: ScratchFolder

  init() throws {
    scratch = try ScratchFolder()
    try scratch.writeFields()
  }

  private func train(
    _ changes: [String] = [], resume: Resume = .never, until step: Int? = nil,
    allowsChanges: Bool = false
  ) throws -> Trainer {
    let file = scratch.path("fields.h5")
    return try RunSample.train(
      scratch, "run", ["data.file=\"\(file)\"", "data.labels=train/labels"] + changes,
      resume: resume, allowsChanges: allowsChanges, until: step
    ).trainer
  }

  private func refusal(_ changes: [String] = []) -> RunError? {
    #expect(throws: RunError.self) { _ = try train(changes, resume: .automatic) }
  }

  @Test func labelsThatNoModelReadsChangeNoBit() throws {
    let labelled = try train()
    let (_, plain) = try RunSample.train(
      scratch, "plain", ["data.file=\"\(scratch.path("fields.h5"))\""])
    #expect(bits(labelled.parameters) == bits(plain.parameters))
    #expect(labelled.state.step == 12)
    let model = try TrainedModel(scratch.path("run"))
    #expect(
      model.environment.fields == [Field(name: "label", shape: [3], classes: ["2", "12", "22"])])
    // What the model does not read need not be there to use it.
    let test = try model.examples(split: "test", file: scratch.writeData())
    #expect(test.source.fieldNames == ["x"] && test.positions.count == 12)
    #expect(try model.runner.evaluate(test).examples == 12)
  }

  @Test func otherLabelsAreOtherData() throws {
    _ = try train(until: 3)
    try scratch.writeFields { $0 == 16 ? 22 : nil }
    let error = refusal()
    #expect(error?.code == .changedConfiguration)
    #expect(error?.found.hasPrefix("data.content: SHA-256 ") == true)
    #expect(try train(resume: .automatic, allowsChanges: true).state.step > 12)
  }

  @Test func otherClassesAreOtherData() throws {
    _ = try train(until: 3)
    try scratch.writeFields { $0 == 17 ? 5 : nil }
    #expect(
      refusal()?.found
        == "data.fields.label of the file: 3 classes: 2, 12, 22 → 4 classes: 2, 5, 12, 22")
  }

  @Test func anotherPlaceOfTheLabelsIsAChange() throws {
    _ = try train(until: 3)
    #expect(
      refusal(["data.labels=null"])?.found == "data.labels: \"train/labels\" → null")
    #expect(try train(resume: .automatic).state.step == 12)
  }
}

extension ScratchFolder {
  /// Writes `fields.h5`: in `train` 40 and in `test` 12 `images` `[6, 6]`, `labels` of the classes 2, 12 and 22, `mask`
  /// and `length`, and others that do not fit; instead of what an earlier call wrote.
  ///
  /// - Parameter label: the label of a training example by its row; nil for the usual one.
  func writeFields(label: (Int) -> Int32? = { _ in nil }) throws {
    let path = path("fields.h5")
    try? FileManager.default.removeItem(atPath: path)
    let file = try HDF5File.create(at: path)
    for (group, count) in [("train", 40), ("test", 12)] {
      let images = (0..<count * 36).map { (index: Int) -> UInt8 in
        index % 36 == 0 ? UInt8(index / 36) : UInt8(index * 7919 % 251)
      }
      try file.write("\(group)/images", shape: [count, 6, 6], values: images.span)
      let labels = (0..<count).map { (row: Int) -> Int32 in
        let classes: [Int32] = [2, 12, 22]
        if group == "test" { return classes[(row * 7 + 2) % 3] }
        return label(row) ?? classes[row * 7 % 3]
      }
      try file.write("\(group)/labels", shape: [count], values: labels.span)
      let mask = (0..<count * 36).map { UInt8($0 % 5 == 0 ? 0 : 1) }
      try file.write("\(group)/mask", shape: [count, 6, 6], values: mask.span)
      let lengths = (0..<count).map { UInt8($0 + 100) }
      try file.write("\(group)/length", shape: [count], values: lengths.span)
    }
    let (twelves, unknown) = (
      [Int32](repeating: 12, count: 12), (0..<12).map { Int32($0 == 4 ? 7 : 2) }
    )
    try file.write("other/labels", shape: [12], values: twelves.span)
    try file.write("other/unknown", shape: [12], values: unknown.span)
    try file.write("other/numbers", shape: [12], values: [Float](repeating: 2, count: 12).span)
    try file.write("other/mask", shape: [12, 3, 3], values: [UInt8](repeating: 1, count: 108).span)
    try file.close()
  }
}
