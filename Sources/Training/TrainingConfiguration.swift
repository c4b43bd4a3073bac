public import Configuration
public import GraphIR
public import GraphRuns
public import Optimizers

/// The section `training` of a configuration.
public struct TrainingConfiguration: Sendable {
  /// When to stop because validation no longer improves.
  public struct EarlyStopping: Sendable, Hashable {
    /// Epochs without improvement before training stops.
    public var patience: Int
    /// Nats per example below the best that count as an improvement.
    public var minimumImprovement: Double
    /// Whether the parameters of the best epoch are the training's result.
    public var restoreBest: Bool
  }

  /// Examples in a minibatch.
  public var batchSize: Int
  /// Parts of a minibatch; nil lets the machine decide at the first start.
  public var shards: Int?
  /// Passes over the data; nil for no limit.
  public var epochs: Int?
  /// Optimiser steps; nil for no limit.
  public var steps: Int?
  /// Seed of everything random.
  public var seed: Int
  /// What the products of training steps multiply; `auto` has become one of them. Validation,
  /// evaluation and sampling are always float32.
  public var precision: Precision
  /// Steps between two reports of running metrics.
  public var reportEverySteps: Int
  /// What to do about a step that is not finite.
  public var onNonFinite: NonFinitePolicy
  /// When to stop early; nil for never.
  public var earlyStopping: EarlyStopping?
  /// The average of the parameters that the model is used with; nil for the parameters themselves.
  public var average: WeightAverage?
  /// How parameters are trained: first those that are in no group of their own.
  public var groups: [ParameterGroup]
  /// The section with all defaults filled in.
  public var resolved: JSONNode

  /// Numbers that are kept for each parameter beside it: the optimiser's state, and the average.
  public var stateCount: Int { optimizerStateCount + (average == nil ? 0 : 1) }

  /// Whether a learning rate depends on where the training ends, so that another end computes differently.
  public var looksAtEnd: Bool { groups.contains { type(of: $0.schedule).looksAtEnd } }

  /// Arrays that the optimisers need beside the parameters.
  var optimizerStateCount: Int { groups.map(\.optimizer.stateNames.count).max() ?? 0 }

  /// Whether a step needs the gradients' norms before it applies any.
  package var needsNorms: Bool {
    groups.contains {
      $0.clipNorm != nil || $0.optimizer.rule(rate: 1, count: 1).normalizesGradients
    }
  }

  /// Reads the section.
  ///
  /// - Throws: `ConfigurationError` at the key that is wrong.
  public init(reading node: JSONNode) throws(ConfigurationError) {
    self = try node.object(read: TrainingConfiguration.init(reading:)).value
  }

  /// Reads, or describes, the section.
  ///
  /// - Throws: `ConfigurationError` at the key that is wrong.
  public init(reading reader: inout ObjectReader) throws(ConfigurationError) {
    batchSize = try reader.integer(
      "batchSize", default: 128, in: 1...1_000_000, "Examples of a minibatch.")
    shards = try reader.optionalInteger(
      "shards", in: 1...4096,
      "Parts of a minibatch. null: chosen at the first start, then frozen: the smaller of threads and "
        + "cores, doubled while a shard's working memory exceeds 8 MiB and gradients weigh little "
        + "beside it.")
    let limit = 1...1_000_000_000
    epochs = try reader.optionalInteger(
      "epochs", default: 10, given: ("steps", nil), in: limit, onChange: .end,
      "Passes over the data; null: no limit.")
    steps = try reader.optionalInteger(
      "steps", in: limit, onChange: .end,
      "Optimiser steps; null: no limit. What comes first ends the training.")
    if epochs == nil, steps == nil {
      throw reader.error(
        "epochs", expected: "a number of epochs or steps", found: "neither",
        remedy: "Set training.epochs or training.steps.")
    }
    seed = try reader.integer(
      "seed", default: 0, in: 0...Int.max, onChange: .epochAgain, "Seed of everything random.")
    precision = try Self.precision(in: &reader)
    let rest = try ParameterGroup(rest: &reader)
    let section = reader.node
    groups =
      [rest]
      + (try reader.objects(
        "groups", default: [],
        "Parameters that are trained in another way, or not at all. What no group names is trained "
          + "as the section itself says."
      ) { (element) throws(ConfigurationError) in
        try ParameterGroup(reading: &element, in: section, rest)
      })
    // Other weights are validated, so that the best epoch is another.
    average = try reader.choice(
      "average", of: "average", default: .string("none"), onChange: .epochAgain,
      among: WeightAverage.choices,
      "An average of the parameters over steps, with which the model is then used.")
    onNonFinite = try reader.choice(
      "onNonFinite", of: "reaction", default: .string("stop"), onChange: .nothing,
      among: NonFinitePolicy.choices,
      "What to do about a step whose objective, gradient, running statistics or updated parameters are "
        + "not finite.")
    earlyStopping = try reader.optionalObject(
      "earlyStopping", onChange: .nothing,
      "When to end because validation no longer improves; null: never.",
      read: EarlyStopping.init(reading:))
    reportEverySteps = try reader.integer(
      "reportEverySteps", default: 50, in: 1...1_000_000, onChange: .nothing,
      "Steps between two reports of running metrics.")
    resolved = reader.resolved
  }

  /// Checks that this machine can train in the precision. Reading does not ask for it: a model that
  /// was trained elsewhere is used anywhere.
  ///
  /// - Throws: `ConfigurationError` at `training.precision`.
  public func checkPrecision(
    isAvailable: (Precision) -> Bool = { $0.isAvailable }
  ) throws(ConfigurationError) {
    if isAvailable(precision) { return }
    throw ConfigurationError(
      code: .invalid, file: nil, line: nil, path: "training.precision",
      message: "expected a precision that this processor has, found \(precision.rawValue), which "
        + "needs AVX512-BF16 or AMX-BF16",
      remedy: "Set training.precision to float32, or to auto for a new run.")
  }

  /// Reads the precision and records what `auto` stands for here, so that a training that goes on
  /// elsewhere sees a change.
  private static func precision(
    in reader: inout ObjectReader
  ) throws(ConfigurationError) -> Precision {
    let name = try reader.string(
      "precision", default: Precision.float32.rawValue,
      among: Precision.allCases.map(\.rawValue) + ["auto"],
      "What the products of training steps multiply; see [numerics](numerics.md#precision). bfloat16 "
        + "needs a processor with AVX512-BF16 or AMX-BF16; `auto` is bfloat16 there and float32 "
        + "elsewhere, and the run records which.")
    let precision =
      Precision(rawValue: name) ?? (Precision.bfloat16.isAvailable ? .bfloat16 : .float32)
    reader.resolve("precision", as: .string(precision.rawValue))
    return precision
  }
}

extension TrainingConfiguration.EarlyStopping {
  /// Reads the object `earlyStopping`.
  fileprivate init(reading reader: inout ObjectReader) throws(ConfigurationError) {
    patience = try reader.integer(
      "patience", default: 10, in: 0...1_000_000,
      "More than so many epochs without a better objective end the training.")
    minimumImprovement = try reader.number(
      "minimumImprovement", default: 0, in: 0...1e12,
      "What counts as better, in nats per example; also for the best checkpoint.")
    restoreBest = try reader.boolean(
      "restoreBest", default: true, "Whether to end with the parameters of the best epoch.")
  }
}
