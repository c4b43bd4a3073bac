public import Examples
internal import Foundation
internal import Host
internal import Kernels

/// What the bits of a training depend on beside its configuration, and where it ran.
public struct Environment: Sendable, Hashable, Codable {
  /// Version of this program.
  public var version: String
  /// Build of the C kernels that ran: `avx512`, `avx2` or `baseline`.
  public var instructionSet: String
  /// Version of oneDNN that was loaded.
  public var oneDNN: String
  /// The processor's name.
  public var processor: String
  /// Cores that the process might use.
  public var cores: Int
  /// Threads that it used; they do not change the bits.
  public var threads: Int

  /// What stored numbers were multiplied by before the model saw them.
  public var dataScale: Double
  /// `RunData.digest` of the data; nil in checkpoints of earlier versions.
  public var dataDigest: String?
  /// What the examples consisted of beside their data; nil for nothing.
  public var fields: [Field]?
  /// The folder that a relative `data.file` begins at; in a run folder's `environment.json` alone, because
  /// checkpoints leave the machine.
  public var dataFolder: String?

  /// This process.
  public init(
    threads: Int, dataScale: Double, dataDigest: String? = nil, fields: [Field] = []
  ) {
    let others = fields.filter { $0.name != Field.data }
    self.fields = others.isEmpty ? nil : others
    self.dataScale = dataScale
    self.dataDigest = dataDigest
    version = programVersion
    instructionSet = Kernels.instructionSet()
    oneDNN = oneDNNVersion()
    processor = processorName() ?? "unknown"
    cores = availableThreadCount()
    self.threads = threads
  }

  /// One line per thing that changes the bits and differs from another environment.
  public func differences(from other: Environment) -> [String] {
    var lines: [String] = []
    func compare(_ name: String, _ mine: String, _ theirs: String) {
      if mine != theirs { lines.append("\(name) \(theirs) then, \(mine) now") }
    }
    compare("version", version, other.version)
    compare("instruction set", instructionSet, other.instructionSet)
    compare("oneDNN", oneDNN, other.oneDNN)
    return lines
  }

  /// Whether its numbers are some that a run has.
  var isPlausible: Bool {
    dataScale.isFinite && dataScale > 0 && (1...1_000_000).contains(cores)
      && (1...1_000_000).contains(threads) && (fields ?? []).allSatisfy(\.isPlausible)
      && Set((fields ?? []).map(\.name)).count == fields?.count ?? 0
  }

  /// The environment as JSON.
  public func json() -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(self) else { preconditionFailure("encodable") }
    return String(decoding: data, as: UTF8.self)
  }

  /// An environment from JSON; nil where it cannot be read.
  public init?(json: String) {
    guard let value = try? JSONDecoder().decode(Environment.self, from: Data(json.utf8)) else {
      return nil
    }
    self = value
  }
}

/// The program's version, as `--version` prints it.
public let programVersion = "0.1.0"

extension Field {
  /// Whether a reader gives such a field.
  fileprivate var isPlausible: Bool {
    let size = shape.reduce(1.0) { $0 * Double($1) }
    return name != Field.data && !name.isEmpty && (1...3).contains(shape.count)
      && shape.allSatisfy { $0 > 0 } && size < 0x1p31
      && (classes.map { shape == [$0.count] } ?? true)
  }
}
