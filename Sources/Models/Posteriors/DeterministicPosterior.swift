internal import Configuration
internal import GraphIR

/// q(z|x) is the point that a linear head gives: the model is an autoencoder.
struct DeterministicPosterior: Posterior {
  static let key = "deterministic"
  let latentCount: Int

  init(reading options: inout ObjectReader) throws(ConfigurationError) {
    latentCount = try options.integer("latent", in: SizeLimit.channels)
  }

  func embed(_ features: Value, in emission: inout Emission) -> Embedding {
    Embedding(mean: emission.dense(features, units: latentCount, name: "posterior.mean"))
  }

  func draw(_ features: Value, samples: Int, in emission: inout Emission) -> LatentDraw {
    let point = embed(features, in: &emission).mean
    return LatentDraw(z: emission.repeated(point, samples: samples))
  }
}
