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
