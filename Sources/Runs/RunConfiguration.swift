public import Configuration
internal import Foundation
public import Measuring
public import Models
public import Training

/// When checkpoints are written and how many stay.
public struct CheckpointConfiguration: Sendable, Hashable {
  /// Steps between two checkpoints; nil for none by steps.
  public var everySteps: Int?
  /// Minutes between two checkpoints; nil for none by time.
  public var everyMinutes: Double?
  /// Newest checkpoints that stay, beside the best.
  public var keep: Int
}

/// A whole configuration: model, data, training, checkpoints.
public struct RunConfiguration: Sendable {
  /// Name of the run; its folder is `runs/<name>` unless another is given.
  public var name: String
  /// The section `model`; it is read once the data's shape is known.
  public var model: JSONNode
  /// Where examples come from.
  public var data: DataConfiguration
  /// How the model is trained.
  public var training: TrainingConfiguration
  /// When checkpoints are written.
  public var checkpoints: CheckpointConfiguration
  /// The configuration with all defaults filled in, but for those of the model, and as its data were given.
  private let resolved: JSONNode

  /// Reads a configuration file and applies overrides.
  ///
  /// - Parameters:
  ///   - path: the JSON file.
  ///   - overrides: `training.epochs=3`; the value is JSON, a bare word is a string.
  /// - Throws: `ConfigurationError` at the key that is wrong.
  public init(file path: String, overrides: [String] = []) throws(ConfigurationError) {
    let text: [UInt8]
    do {
      // One byte more than may be there tells that a file is too long, without reading all of it.
      let file = try FileHandle(forReadingFrom: URL(filePath: path))
      defer { try? file.close() }
      text = [UInt8](try file.read(upToCount: JSONNode.byteCountLimit + 1) ?? Data())
    } catch {
      throw ConfigurationError(
        code: .missingFile, file: path, line: nil, path: "",
        message: "expected a configuration file, found none that can be read",
        remedy: "The examples are in configs/.")
    }
    try self.init(reading: try JSONNode.parse(text, file: path), overrides: overrides)
  }

  /// Reads a configuration from its JSON text.
  public init(json: String, overrides: [String] = []) throws(ConfigurationError) {
    try self.init(reading: try JSONNode.parse(json, file: nil), overrides: overrides)
  }

  /// Reads a parsed configuration.
  public init(reading node: JSONNode, overrides: [String] = []) throws(ConfigurationError) {
    var node = node
    for override in overrides { node = try node.applying(override: override) }
    self = try node.object(read: RunConfiguration.init(reading:)).value
  }

  /// Reads, or describes, a configuration.
  init(reading reader: inout ObjectReader) throws(ConfigurationError) {
    reader.pass(
      "$schema", "Where a JSON Schema of configurations is, for editors: `vae-dp schema` prints it."
    )
    name = try Self.name(in: &reader)
    model = try reader.laterObject(
      "model", onChange: .epochAgain, "Layers, distributions and what is minimised.",
      read: ModelSection.init(reading:))
    data = try reader.object(
      "data", onChange: .epochAgain, "Where examples come from.",
      read: DataConfiguration.init(reading:))
    training = try reader.object(
      "training", default: .object([]), onChange: .arithmetic, "How the model is trained.",
      read: TrainingConfiguration.init(reading:))
    checkpoints = try reader.object(
      "checkpoints", default: .object([]), onChange: .nothing,
      "When the training is saved. An epoch's end always saves.",
      read: CheckpointConfiguration.init(reading:))
    resolved = reader.resolved
  }

  /// The configuration with all defaults filled in.
  ///
  /// - Parameters:
  ///   - model: the model that was read from it.
  ///   - shards: what a training has settled `training.shards` on; as configured where nil.
  public func resolved(with model: Model, shards: Int? = nil) -> JSONNode {
    let whole = resolved.setting("model", to: model.resolved).setting("data", to: data.resolved)
    guard let shards else { return whole }
    return whole.setting("training", to: training.resolved.setting("shards", to: .int(shards)))
  }

  private static func name(in reader: inout ObjectReader) throws(ConfigurationError) -> String {
    let name = try reader.string(
      "name", default: "run", onChange: .nothing,
      "The run folder is `runs/<name>`: letters, digits, `-`, `_`, `.`; no dot at its start.")
    let isPlain = name.utf8.allSatisfy { byte in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || [UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ".")].contains(byte)
    }
    if isPlain, (1...200).contains(name.utf8.count), !name.hasPrefix(".") { return name }
    throw reader.error(
      "name", expected: "a folder's name of 1 to 200 letters, digits, '-', '_' and '.'",
      found: name)
  }
}

extension CheckpointConfiguration {
  /// Reads, or describes, the section.
  fileprivate init(reading reader: inout ObjectReader) throws(ConfigurationError) {
    everySteps = try reader.optionalInteger(
      "everySteps", default: 500, in: 1...1_000_000_000,
      "Steps between two checkpoints; null: none by steps.")
    everyMinutes = try reader.optionalNumber(
      "everyMinutes", default: 10, above: 0,
      "Minutes between two checkpoints; null: none by time.")
    keep = try reader.integer(
      "keep", default: 3, in: 1...1_000_000, "Newest checkpoints that stay, beside the best.")
  }
}

extension RunConfiguration {
  /// What `bench` measures: the model on made-up examples.
  ///
  /// - Throws: as `describedModel`.
  public func workload() throws -> Workload {
    Workload(
      name: name, model: try describedModel(), training: training, rows: data.synthetic)
  }
}
