import Configuration
import Foundation
import Models
import Runs
import Testing

/// One declaration of a key: what is made of it is what is there, and says what the reader does.
@Suite struct SchemaTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  private let check = SchemaCheck(schema: RunConfiguration.schema)

  private static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  /// Every configuration that comes with the project.
  private static let shipped = ["configs", "configs/bench"].flatMap { folder in
    (try! FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path))
      .filter { $0.hasSuffix(".json") && $0 != "schema.json" }.sorted().map { "\(folder)/\($0)" }
  }

  @Test func theCommittedSchemaIsCurrent() throws {
    #expect(
      try Self.text("configs/schema.json") == RunConfiguration.schema.text() + "\n",
      "declarations of keys have changed: make keys")
  }

  @Test func thePageOfKeysIsCurrent() throws {
    let page = try Self.text("Documentation/configuration.md")
    #expect(try RunConfiguration.page(page) == page, "declarations of keys have changed: make keys")
  }

  /// Every key and every choice stands in one of the page's tables with what its declaration says.
  @Test func thePageHasAllKeys() throws {
    let page = try Self.text("Documentation/configuration.md")
    Self.visit(RunConfiguration.keys, "") { path, name, meaning in
      let rows = page.split(separator: "\n").filter { $0.hasPrefix("|") && $0.contains(name) }
      let cell = "| \(meaning.replacing("|", with: "\\|")) |"
      #expect(rows.contains { $0.contains(cell) }, "\(path) is in no table of configuration.md")
    }
  }

  @Test func everyKeyAndEveryChoiceHasAMeaning() {
    var count = 0
    Self.visit(RunConfiguration.keys, "") { path, _, meaning in
      count += 1
      #expect(meaning.hasSuffix("."), "\(path): \(meaning)")
    }
    #expect(count > 150)
  }

  /// Calls `look` with the path, the last word of it as pages show it, and the meaning.
  private static func visit(
    _ object: ObjectDescription, _ path: String, _ look: (String, String, String) -> Void
  ) {
    for key in object.keys {
      let place = path.isEmpty ? key.name : "\(path).\(key.name)"
      look(place, "\(key.name)`", key.meaning)
      if let object = key.kind.object { visit(object, place, look) }
      for entry in key.kind.choice?.alternatives ?? [] {
        look("\(place).\(entry.name)", "`\(entry.name)`", entry.meaning)
        visit(entry.options, "\(place).\(entry.name)", look)
      }
    }
  }

  @Test(arguments: shipped)
  func shippedConfigurationsAreValidAndNameTheSchema(file: String) throws {
    let node = try JSONNode.parse(Self.text(file), file: file)
    #expect(check.complaints(about: node) == [])
    let way = file.contains("/bench/") ? "../schema.json" : "schema.json"
    #expect(node["$schema"] == .string(way))
    let resolved = try Self.read(node)
    #expect(check.complaints(about: resolved) == [], "resolved")
    #expect(resolved["$schema"] == nil)
  }

  /// Reads all of a configuration, and fills in its defaults.
  private static func read(_ node: JSONNode) throws -> JSONNode {
    let configuration = try RunConfiguration(reading: node)
    return configuration.resolved(with: try Model(reading: configuration.model))
  }

  /// One thing wrong in each.
  static let wrong = [
    "trainnig={}", "training.batchsize=4", "training.batchSize=0", "training.batchSize=many",
    "training.batchSize=null", "training.shards=1.5", "training.epochs=0", "training.seed=-1",
    "training.precision=float16", "training.clipNorm=0", "training.l2=-1",
    "training.optimizer=adma",
    "training.optimizer={\"adam\": {\"rate\": 1}}",
    "training.optimizer={\"adam\": {\"learningRate\": 0}}",
    "training.optimizer={\"adam\": {\"beta1\": 1}}",
    "training.optimizer={\"sgd\": {\"nesterov\": \"true\"}}",
    "training.schedule={\"step\": {\"everyEpochs\": 0}}",
    "training.schedule={\"cosine\": {}, \"step\": {}}", "training.average=exponentail",
    "training.average={\"exponential\": {\"decay\": 1}}",
    "training.earlyStopping={\"patience\": -1}",
    "training.groups=[{\"frozen\": true}]", "training.groups=[{\"parameters\": \"encoder.*\"}]",
    "training.groups=[{\"parameters\": [\"*\"], \"rate\": 1}]", "training.onNonFinite=[]",
    "training=null", "checkpoints.keep=0", "checkpoints.everyMinutes=0", "data.test=0.5",
    "data.test={\"fraction\": 1}", "data.source=cifar", "data.file=null", "data.size=5",
    "data.layout=wide", "data={}", "model=[]", "name=3",
    "model.encodr=[]", "model.encoder=[\"rleu\"]", "model.encoder=[\"conv\"]",
    "model.encoder=[{\"dense\": {\"units\": 0}}]",
    "model.encoder=[{\"dense\": {\"units\": 3, \"nmae\": \"a\"}}]",
    "model.encoder=[{\"dropout\": {\"probability\": 1}}]", "model.prior=normal",
    "model.posterior=gaussian", "model.posterior={\"gaussian\": {\"latent\": 2.5}}",
    "model.likelihood={\"gaussian\": {\"standardDeviation\": 0}}",
    "model.likelihood={\"gaussian\": {\"standardDeviation\": \"lernt\"}}",
    "model.objective={\"elbo\": {\"bta\": 1}}", "model.objective={\"elbo\": {\"over\": \"all\"}}",
    "model.latents=[{\"name\": \"a\", \"posterior\": {\"gaussian\": {\"latent\": 2}}}]",
  ]

  /// The schema refuses what the reader refuses, where it can tell.
  @Test(arguments: wrong)
  func misspeltConfigurationsAreRefused(override: String) throws {
    let node = try JSONNode.parse(Self.text("configs/mlp.json"), file: nil)
      .applying(override: override)
    #expect(throws: ConfigurationError.self) { try Self.read(node) }
    #expect(check.complaints(about: node) != [])
  }

  /// And takes what the reader takes.
  @Test(arguments: [
    "training.optimizer=sgd", "training.optimizer={\"sgd\": {}}", "training.epochs=3.0",
    "training={\"steps\": 4}", "checkpoints.everySteps=null", "data={\"source\": \"sprites\"}",
    "data={\"source\": \"sprites\", \"size\": 9, \"validation\": null}",
    "training.groups=[{\"parameters\": [\"encoder.*\"], \"l2\": 1}]",
    "training.earlyStopping={}", "training.schedule=cosine", "data.scale=0.5", "$schema=anywhere",
    "data={\"file\": \"a\", \"fields\": {\"m\": \"b\", \"n\": {\"dataset\": \"c\", \"as\": \"numbers\"}}}",
    "data.test={\"fraction\": 0.5}", "model.objective=elbo", "model.likelihood=gaussian",
    "model.likelihood={\"gaussian\": {\"standardDeviation\": \"learned\"}}",
    "model.prior={\"vamp\": {\"components\": 3}}",
  ])
  func whatTheReaderTakesIsValid(override: String) throws {
    let node = try JSONNode.parse(Self.text("configs/mlp.json"), file: nil)
      .applying(override: override)
    _ = try Self.read(node)
    #expect(check.complaints(about: node) == [])
  }
}
