/// What a choice may ask of the model that it is a part of, while a graph is made.
package struct ModelContext {
  /// The graph.
  package let emission: Emission
  /// What the names of the choice's parameters begin with: `posterior`, `latents.top.prior`.
  package let name: String
  /// Z, of the latent variable that the choice is about.
  package let latentCount: Int
  /// Samples of the latents above it, `[B, K, …]`, the topmost first.
  package let above: [Expression]
  /// The prior's layers.
  package let layers: LayerStack
  /// Shape of one example.
  package let exampleShape: [Int]
  /// The values that data may have.
  package let support: ClosedRange<Float>
  /// q(z|x) for inputs `[N]` + example shape.
  package let encode: (Expression) -> any Distribution
}
