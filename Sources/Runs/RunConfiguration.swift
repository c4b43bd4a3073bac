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
    var reader = try ObjectReader(node)
    try reader.allow(only: ["name", "model", "data", "training", "checkpoints"])
    name = try Self.name(in: &reader)
    model = try reader.node("model")
    data = try DataConfiguration(reading: try reader.node("data"))
    training = try TrainingConfiguration(
      reading: reader.optionalNode("training") ?? .object([]))
    checkpoints = try reader.object("checkpoints", default: .object([])) {
      (reader: inout ObjectReader) throws(ConfigurationError) in
      CheckpointConfiguration(
        everySteps: reader.node["everySteps"] == nil
          ? try reader.integer("everySteps", default: 500)
          : try reader.optionalInteger("everySteps", in: 1...1_000_000_000),
        everyMinutes: reader.node["everyMinutes"] == nil
          ? try reader.number("everyMinutes", default: 10)
          : try reader.optionalNumber("everyMinutes", above: 0),
        keep: try reader.integer("keep", default: 3, in: 1...1_000_000))
    }
    _ = try reader.finish()
  }

  /// The configuration with all defaults filled in.
  ///
  /// - Parameter model: the model that was read from it.
  public func resolved(with model: Model) -> JSONNode {
    .object([
      ("name", .string(name)), ("model", model.resolved), ("data", data.resolved),
      ("training", training.resolved),
      (
        "checkpoints",
        .object([
          ("everySteps", checkpoints.everySteps.map { .int($0) } ?? .null),
          ("everyMinutes", checkpoints.everyMinutes.map { .number($0) } ?? .null),
          ("keep", .int(checkpoints.keep)),
        ])
      ),
    ])
  }

  private static func name(in reader: inout ObjectReader) throws(ConfigurationError) -> String {
    let name = try reader.string("name", default: "run")
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

extension RunConfiguration {
  /// What `bench` measures: the model on made-up examples.
  ///
  /// - Throws: as `describedModel`.
  public func workload() throws -> Workload {
    Workload(
      name: name, model: try describedModel(), training: training, rows: data.synthetic)
  }
}
