internal import Configuration
internal import GraphIR

/// q(z|x) = N(μ(x), diag σ²(x)), with one linear head for μ and one for log σ².
///
/// Samples are z = μ + σ·ε with ε ~ N(0, I), so that derivatives pass through them.
///
/// - Source: Kingma & Welling, arXiv:1312.6114, sections 2.4 and 3.
struct GaussianPosterior: Posterior {
  static let key = "gaussian"
  let latentCount: Int

  init(reading options: inout ObjectReader) throws(ConfigurationError) {
    latentCount = try options.integer("latent", in: SizeLimit.channels)
  }

  func embed(_ features: Value, in emission: inout Emission) -> Embedding {
    let range = DiagonalGaussian.logVarianceRange
    let mean = emission.dense(features, units: latentCount, name: "posterior.mean")
    let head = emission.dense(features, units: latentCount, name: "posterior.logVariance")
    let logVariance = emission.builder.clamp(head, range.lowerBound, range.upperBound)
    return Embedding(mean: mean, logVariance: logVariance)
  }

  func draw(_ features: Value, samples: Int, in emission: inout Emission) -> LatentDraw {
    let embedding = embed(features, in: &emission)
    guard let logVariance = embedding.logVariance else {
      preconditionFailure("GaussianPosterior embeds without a variance")
    }
    let shape = Shape([emission.exampleCount, samples, latentCount])
    let noise = emission.builder.random(.standardNormal, shape)
    let deviation = emission.builder.exp(emission.builder.scale(logVariance, by: 0.5))
    let spread = emission.repeated(deviation, samples: samples)
    let mean = emission.repeated(embedding.mean, samples: samples)
    let z = emission.builder.add(mean, emission.builder.multiply(spread, noise))
    let density = logDensity(of: noise, logVariance, in: &emission)
    let distribution = DiagonalGaussian(mean: embedding.mean, logVariance: logVariance)
    return LatentDraw(
      z: z, logDensity: density,
      base: GaussianDraw(distribution: distribution, z: z, logDensity: density))
  }

  /// log q(z|x) = −½ Σ (log 2π + log σ² + ε²), `[B, K]`; ε is known, so z − μ need not be formed.
  private func logDensity(
    of noise: Value, _ logVariance: Value, in emission: inout Emission
  ) -> Value {
    let samples = emission.builder.shape(noise)[1]
    let constant = Double(latentCount) * log2π
    let determinant = emission.builder.add(
      emission.builder.sum(logVariance, axes: [1]), constant)
    let squares = emission.sumPerSample(emission.builder.square(noise))
    let total = emission.builder.add(emission.repeated(determinant, samples: samples), squares)
    return emission.builder.scale(total, by: -0.5)
  }
}
