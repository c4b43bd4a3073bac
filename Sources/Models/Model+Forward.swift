internal import GraphIR

/// The way from data to densities, and its parts.
extension Model {
  /// What a pass through the whole model gives.
  struct ForwardPass {
    /// Where the examples lie in latent space.
    var embedding: Embedding
    /// The densities, `[B, K]`.
    var terms: ObjectiveTerms
  }

  /// Emits input `x` through encoder, posterior, decoder and likelihood, with K samples.
  func forward(samples: Int, in emission: inout Emission) -> ForwardPass {
    let x = input(in: &emission)
    let features = encoder.emit(x, in: &emission)
    let embedding = posterior.embed(features, in: &emission)
    let draw = posterior.draw(features, samples: samples, in: &emission)
    let rows = decoder.emit(emission.samplesAsRows(draw.z), in: &emission)
    let y = emission.rowsAsSamples(rows)
    let data = emission.repeated(x, samples: samples)
    let terms = ObjectiveTerms(
      logLikelihood: likelihood.logDensity(of: data, given: y, in: &emission),
      logPrior: prior.logDensity(of: draw.z, in: &emission),
      logPosterior: draw.logDensity,
      klPerLatent: draw.diagonalGaussian.flatMap { prior.klDivergence(from: $0, in: &emission) })
    return ForwardPass(embedding: embedding, terms: terms)
  }

  /// Emits input `x` to its place in latent space.
  func embedding(in emission: inout Emission) -> Embedding {
    posterior.embed(encoder.emit(input(in: &emission), in: &emission), in: &emission)
  }

  /// Emits latents `[B, Z]` to the mean of p(x|z), `[B]` + example shape.
  func mean(ofDecoding z: Value, in emission: inout Emission) -> Value {
    likelihood.mean(decoder.emit(z, in: &emission), in: &emission)
  }

  private func input(in emission: inout Emission) -> Value {
    emission.builder.input("x", Shape([emission.exampleCount] + exampleShape))
  }
}
