/// What one step does to a parameter, given the mean gradient g over the minibatch.
public enum UpdateRule: Sendable, Hashable {
  /// v ← momentum · v + g; w ← w − rate · v (Nesterov: rate · (g + momentum · v)).
  /// Source: Sutskever et al., ICML 2013, in PyTorch's form, where the rate scales the sum.
  case sgd(rate: Double, momentum: Double, nesterov: Bool)
  /// `count` is the number of this step, from 1; `decay` is decoupled (0 for plain Adam).
  /// Source: Kingma & Ba, arXiv:1412.6980, algorithm 1; Loshchilov & Hutter, arXiv:1711.05101.
  case adam(
    rate: Double, beta1: Double, beta2: Double, epsilon: Double, decay: Double, count: Int)

  /// How many moments the rule keeps for each parameter.
  public var momentCount: Int {
    switch self {
    case .sgd(_, let momentum, _): momentum == 0 ? 0 : 1
    case .adam: 2
    }
  }
}

/// Penalties on the weights of products (not on biases or normalisations): λ₁ Σ|w| + ½ λ₂ Σ w².
public struct WeightPenalty: Sendable, Hashable {
  /// λ₁.
  public var l1: Double
  /// λ₂.
  public var l2: Double

  /// A penalty; none by default.
  public init(l1: Double = 0, l2: Double = 0) {
    self.l1 = l1
    self.l2 = l2
  }
}
