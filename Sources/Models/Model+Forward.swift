internal import Examples
internal import GraphIR

/// The way from data to densities, and its parts.
extension Model {
  /// What a pass through the whole model gives.
  package struct ForwardPass {
    /// Where the examples lie in latent space.
    package var embedding: Embedding
    /// The densities, `[B, K]`.
    package var terms: ObjectiveTerms
  }

  /// Emits input `x` through encoder, posterior, decoder and likelihood, with K samples.
  package func forward(samples: Int, in emission: inout Emission) -> ForwardPass {
    let x = input(in: &emission)
    let features = encoder.emit(x, in: &emission)
    let embedding = posterior.embed(features, in: &emission)
    let draw = posterior.draw(features, samples: samples, in: &emission)
    let rows = decoder.emit(emission.samplesAsRows(draw.z), in: &emission)
    let y = emission.rowsAsSamples(rows)
    let data = emission.repeated(x, samples: samples)
    var terms = ObjectiveTerms(
      latents: draw.z,
      logLikelihood: likelihood.logDensity(of: data, given: y, in: &emission),
      logPrior: prior.logDensity(of: draw.z, in: &emission), logPosterior: draw.logDensity)
    if let base = draw.base,
      let perLatent = prior.klDivergence(from: base.distribution, in: &emission)
    {
      if base.z == draw.z {
        terms.klPerLatent = perLatent
      } else {
        terms.klFromBase = klFromBase(perLatent, base, terms, in: &emission)
      }
    }
    return ForwardPass(embedding: embedding, terms: terms)
  }

  /// Emits KL(q ‖ p) of transformed samples as KL(q₀ ‖ p) of what they were made from, which is known,
  /// and the change that the transformation makes, which is sampled: `[B]`.
  ///
  /// Sampling only log q/q₀ − log p(z)/p(z₀) leaves far less noise than sampling log q − log p, and
  /// none where the transformation is the identity (a control variate with a known mean).
  private func klFromBase(
    _ perLatent: Value, _ base: GaussianDraw, _ terms: ObjectiveTerms, in emission: inout Emission
  ) -> Value? {
    guard let logPosterior = terms.logPosterior else { return nil }
    let priorOfBase = prior.logDensity(of: base.z, in: &emission)
    let density = emission.builder.subtract(logPosterior, base.logDensity)
    let change = emission.builder.subtract(
      density, emission.builder.subtract(terms.logPrior, priorOfBase))
    return emission.builder.add(
      emission.builder.sum(perLatent, axes: [1]), emission.builder.mean(change, axes: [1]))
  }

  /// Emits input `x` to its place in latent space.
  func embedding(in emission: inout Emission) -> Embedding {
    posterior.embed(encoder.emit(input(in: &emission), in: &emission), in: &emission)
  }

  /// Emits latents `[B, Z]` to the mean of p(x|z), `[B]` + example shape.
  func mean(ofDecoding z: Value, in emission: inout Emission) -> Value {
    likelihood.mean(decoder.emit(z, in: &emission), in: &emission)
  }

  private func input(in emission: inout Emission) -> Value { field(Field.data, in: &emission) }

  /// Emits a field of the examples: `[B]` + its shape.
  ///
  /// - Precondition: the model's examples have it.
  func field(_ name: String, in emission: inout Emission) -> Value {
    guard let field = fields.first(where: { $0.name == name }) else {
      preconditionFailure("examples with the fields \(fields.map(\.name)), without \(name)")
    }
    return emission.builder.input(name, Shape([emission.exampleCount] + field.shape))
  }
}
