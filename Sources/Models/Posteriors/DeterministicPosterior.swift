internal import Configuration

/// q(z|x) is the point that a linear head gives: the model is an autoencoder.
struct DeterministicPosterior: Posterior {
  static let key = "deterministic"
  static let meaning = "A point: the model is an autoencoder."
  let latentCount: Int

  init(reading options: inout ObjectReader) throws(ConfigurationError) {
    latentCount = try options.latentCount()
  }

  var hasVariances: Bool { false }

  func distribution(
    _ features: Expression, prior: (any Distribution)?, _ context: ModelContext
  ) -> any Distribution {
    let point = features.dense(units: latentCount, name: "\(context.name).mean")
    return PointMass(mean: point.inserting(axis: 1))
  }
}
