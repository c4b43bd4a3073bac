import Configuration
import Examples
import Models
import Runs
import Testing
import Training

@Suite struct RunConfigurationTests {
  private static let model = """
    "model": { "encoder": [], "posterior": { "gaussian": { "latent": 1 } },
      "decoder": [{ "dense": { "units": 3 } }], "likelihood": "gaussian" }
    """

  @Test(arguments: [
    (
      "{ \"name\": \"a\",\n\"modle\": {}, \"data\": { \"file\": \"a.h5\" } }",
      "line 2: modle: unknown key; did you mean \"model\"? "
        + "Valid keys: $schema, checkpoints, data, model, name, training."
    ),
    (
      "{ \"data\": { \"file\": \"a.h5\" } }",
      "line 1: model: missing required key, expected an object"
    ),
    ("{ \(model) }", "line 1: data: missing required key, expected an object"),
    (
      "{ \(model), \"data\": {} }",
      "line 2: data.file: missing required key, expected a string"
    ),
    (
      "{ \"name\": \"../a\", \(model), \"data\": { \"file\": \"a.h5\" } }",
      "line 1: name: expected a folder's name of 1 to 200 letters, digits, '-', '_' and '.', found ../a"
    ),
    (
      "{ \"name\": \"..\", \(model), \"data\": { \"file\": \"a.h5\" } }",
      "line 1: name: expected a folder's name of 1 to 200 letters, digits, '-', '_' and '.', found .."
    ),
    (
      """
      { \(model), "data": { "file": "a.h5",
        "validation": { "fraction": 0.5 }, "test": { "fraction": 0.5 } } }
      """,
      "line 3: data.validation: expected fractions that leave training examples, "
        + "found 1.0 for validation and test together. Lower the fractions."
    ),
    (
      "{ \(model), \"data\": { \"file\": \"a.h5\", \"test\": 0.5 } }",
      "line 2: data.test: expected a dataset's name, { \"fraction\": 0.1 } or null, found 0.5"
    ),
    (
      "{ \(model), \"data\": { \"source\": \"cifar\" } }",
      "line 2: data.source: unknown word \"cifar\". Valid words: sprites."
    ),
    (
      "{ \(model), \"data\": { \"file\": \"a.h5\" }, \"training\": { \"epochs\": null } }",
      "line 2: training.epochs: expected a number of epochs or steps, found neither. "
        + "Set training.epochs or training.steps."
    ),
    (
      "{ \(model), \"data\": { \"file\": \"a.h5\" }, \"checkpoints\": { \"keep\": 0 } }",
      "line 2: checkpoints.keep: expected an integer from 1 to 1000000, found 0"
    ),
    (
      "{ \(model), \"data\": { \"file\": \"a.h5\" }, \"checkpoints\": { \"everyMinutes\": 0 } }",
      "line 2: checkpoints.everyMinutes: expected a number above 0, or null, found 0"
    ),
  ])
  func errorsNameLinePathAndRemedy(json: String, message: String) throws {
    let error = #expect(throws: ConfigurationError.self) { _ = try RunConfiguration(json: json) }
    #expect(error?.description == message)
  }

  @Test func aKeyThatStandsTwiceIsAnError() {
    let error = #expect(throws: ConfigurationError.self) {
      _ = try RunConfiguration(json: "{\n\"name\": \"a\",\n\"name\": \"b\" }")
    }
    #expect(error?.code == .duplicateKey && error?.line == 3 && error?.path == "name")
  }

  @Test func aMissingFileIsAnError() {
    let error = #expect(throws: ConfigurationError.self) {
      _ = try RunConfiguration(file: "/nowhere/a.json")
    }
    #expect(error?.description.hasPrefix("/nowhere/a.json: expected a configuration file") == true)
  }

  @Test(arguments: [
    "\"data\": { \"file\": \"a.h5\", \"validation\": \"v\", \"labels\": \"train/labels\" }",
    "\"data\": { \"source\": \"sprites\" }",
    "\"data\": { \"source\": \"sprites\", \"validation\": null, \"size\": 99 }",
    """
    "data": { "file": "a.h5", "scale": 0.5, "layout": "channelsFirst" },
    "training": { "steps": 4 }, "checkpoints": { "everySteps": null, "everyMinutes": null }
    """,
  ])
  func resolvedReadsBackToItself(data: String) throws {
    let first = try RunConfiguration(json: "{ \(Self.model), \(data) }")
    let model = try Model(reading: first.model, exampleShape: [3])
    let resolved = first.resolved(with: model)
    let second = try RunConfiguration(json: resolved.text())
    let again = try Model(reading: second.model, exampleShape: [3])
    #expect(second.resolved(with: again) == resolved)
    #expect(second.checkpoints == first.checkpoints)
    #expect(second.data.validation == first.data.validation)
    #expect(second.training.epochs == first.training.epochs)
  }

  @Test func overridesChangeKeys() throws {
    let configuration = try RunConfiguration(
      json: "{ \(Self.model), \"data\": { \"file\": \"a.h5\" } }",
      overrides: ["name=other", "training.epochs=3", "data.test={ \"fraction\": 0.25 }"])
    #expect(configuration.name == "other")
    #expect(configuration.training.epochs == 3)
    #expect(configuration.data.test == .fraction(0.25))
  }

  @Test func changesAreListedByPath() throws {
    let old = try JSONNode.parse("{ \"a\": { \"b\": 1, \"c\": [1] }, \"d\": 2 }", file: nil)
    let new = try JSONNode.parse("{ \"a\": { \"b\": 1, \"c\": [2] }, \"e\": null }", file: nil)
    let changes = ConfigurationChange.between(old, new)
    #expect(changes.map(\.description) == ["a.c: [1] → [2]", "d: 2 → null"])
    #expect(ConfigurationChange.between(old, old).isEmpty)
  }

  static let effects: [(path: String, effect: ChangeEffect)] = [
    ("name", .nothing), ("checkpoints.keep", .nothing), ("training.epochs", .nothing),
    ("training.steps", .nothing), ("training.reportEverySteps", .nothing),
    ("training.earlyStopping.patience", .nothing), ("training.onNonFinite", .nothing),
    ("training.onNonFinite.skip.limit", .nothing), ("data.file", .nothing),
    ("data.synthetic.density", .nothing), ("data.labels", .epochAgain),
    ("data.fields.mask", .epochAgain),
    ("training.batchSize", .arithmetic), ("training.shards", .arithmetic),
    ("training.precision", .arithmetic), ("training.clipNorm", .arithmetic),
    ("training.optimizer.adam.learningRate", .arithmetic), ("training.schedule", .arithmetic),
    ("training.l2", .arithmetic), ("training.groups", .arithmetic),
    ("training.epochsOfOld", .arithmetic), ("namesake", .arithmetic),
    ("training.seed", .epochAgain), ("training.average.exponential.decay", .epochAgain),
    ("data.train", .epochAgain), ("data.scale", .epochAgain), ("data.size", .epochAgain),
    ("data.validation.fraction", .epochAgain), ("model.objective.elbo.beta", .epochAgain),
    ("model.encoder", .epochAgain),
  ]

  @Test(arguments: effects)
  func everyChangeHasItsEffect(path: String, effect: ChangeEffect) throws {
    let none = JSONNode.object([])
    let new = try none.applying(override: "\(path)=2")
    let changes = ConfigurationChange.between(try none.applying(override: "\(path)=1"), new)
    #expect(changes.map(\.path) == [path])
    #expect(changes.map { $0.effect(looksAtEnd: false) } == [effect])
  }

  /// The cosine's factor depends on where the training ends, in a group's schedule too.
  @Test(arguments: [
    ("{}", ChangeEffect.nothing), (#"{ "schedule": "cosine" }"#, .arithmetic),
    (#"{ "groups": [{ "parameters": ["*"], "schedule": "cosine" }] }"#, .arithmetic),
    (#"{ "schedule": "step" }"#, .nothing),
  ])
  func theEndOfACosineIsArithmetic(training: String, effect: ChangeEffect) throws {
    let training = try TrainingConfiguration(reading: JSONNode.parse(training, file: nil))
    for key in ["epochs", "steps"] {
      let old = try JSONNode.object([]).applying(override: "training.\(key)=1")
      let changes = ConfigurationChange.between(
        old, try old.applying(override: "training.\(key)=2"))
      #expect(changes.map { $0.effect(looksAtEnd: training.looksAtEnd) } == [effect])
    }
  }
}
