public import Optimizers

/// What a step does to the parameters of one group, once their gradients are there.
public struct GroupUpdate: Sendable {
  /// The optimiser's step.
  public var rule: UpdateRule
  /// L1 and L2 penalties on the group's weights.
  public var penalty: WeightPenalty
  /// The longest mean gradient of the group that is applied as it is; nil for any.
  public var clipNorm: Double?
  /// What clipping leaves of the gradient: 1 where it is short enough.
  var clipScale: Float = 1

  /// An update.
  public init(rule: UpdateRule, penalty: WeightPenalty = WeightPenalty(), clipNorm: Double? = nil) {
    (self.rule, self.penalty, self.clipNorm) = (rule, penalty, clipNorm)
  }

  /// What changes nothing, before there is anything to do.
  static var nothing: GroupUpdate {
    GroupUpdate(rule: .sgd(rate: 0, momentum: 0, nesterov: false))
  }

  /// Whether gradients are needed as a whole before any is applied.
  var needsNorms: Bool { clipNorm != nil || rule.normalizesGradients }
}
