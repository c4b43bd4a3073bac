internal import Examples
internal import GraphIR

/// The way from data to densities, and its parts.
extension Model {
  /// Emits input `x` through encoder, posteriors, decoder and likelihood, with K samples.
  package func forward(samples: Int, in emission: Emission) -> ForwardPass {
    let x = input(in: emission)
    let features = encoder.emit(x)
    var above: [Expression] = []
    let latents = latents.map { latent in
      let prior = prior(latent, above, emission)
      let posterior = posterior(latent, features, prior: prior, above: above, in: emission)
      let draw = posterior.sample(samples)
      above.append(draw.z)
      return ForwardPass.Latent(
        name: latent.name, posterior: posterior, prior: prior, draw: draw)
    }
    let y = decoder.emit(latents[latents.count - 1].draw.z.samplesAsRows).end.rowsAsSamples
    return ForwardPass(
      emission: emission, latents: latents,
      logLikelihood: likelihood.logDensity(of: x.inserting(axis: 1), given: y))
  }

  /// Emits input `x` to its place in latent space: the posteriors, the topmost first, where every latent above is at
  /// its mean.
  func embedding(in emission: Emission) -> [(name: String, posterior: any Distribution)] {
    let features = encoder.emit(input(in: emission))
    var above: [Expression] = []
    return latents.map { latent in
      let prior = latent.posterior.readsPrior ? self.prior(latent, above, emission) : nil
      let posterior = posterior(latent, features, prior: prior, above: above, in: emission)
      above.append(posterior.mean)
      return (latent.name, posterior)
    }
  }

  /// Emits one draw of every latent from its prior, the topmost first; the last is what the decoder reads, `[B, Z]`.
  func priorSample(in emission: Emission) -> Expression {
    var above: [Expression] = []
    for latent in latents { above.append(prior(latent, above, emission).sample(1).z) }
    return above[above.count - 1].samplesAsRows
  }

  /// Emits latents `[B, Z]` to the mean of p(x|z), `[B]` + example shape.
  func mean(ofDecoding z: Expression) -> Expression { likelihood.mean(decoder.emit(z).end) }

  private func posterior(
    _ latent: LatentVariable, _ features: LayerStack.Features, prior: (any Distribution)?,
    above: [Expression], in emission: Emission
  ) -> any Distribution {
    let read = latent.features.flatMap { features.named[$0] } ?? features.end
    return latent.posterior.distribution(
      read, prior: prior, context(latent, "posterior", above, emission))
  }

  private func prior(
    _ latent: LatentVariable, _ above: [Expression], _ emission: Emission
  ) -> any Distribution { latent.prior.distribution(context(latent, "prior", above, emission)) }

  private func context(
    _ latent: LatentVariable, _ axis: String, _ above: [Expression], _ emission: Emission
  ) -> ModelContext {
    ModelContext(
      emission: emission, name: latent.prefix + axis, latentCount: latent.latentCount, above: above,
      layers: latent.priorLayers, exampleShape: exampleShape, support: dataSupport,
      encode: { inputs in
        posterior(latent, encoder.emit(inputs), prior: nil, above: above, in: emission)
      })
  }

  private func input(in emission: Emission) -> Expression {
    guard let x = emission.field(Field.data) else { preconditionFailure("a graph without data") }
    return x
  }
}
