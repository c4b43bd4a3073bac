internal import GraphIR

/// What a pass through the whole model gives, in nats. B examples, K samples.
package struct ForwardPass {
  /// A latent variable's part of it.
  package struct Latent {
    /// Its name.
    package var name: String
    /// q(z|x, latents above).
    package var posterior: any Distribution
    /// p(z|latents above).
    package var prior: any Distribution
    /// Samples of the posterior.
    package var draw: Draw
  }

  /// The graph.
  package var emission: Emission
  /// The latent variables, the topmost first.
  package var latents: [Latent]
  /// log p(x|z), `[B, K]`.
  package var logLikelihood: Expression

  /// −log p(x|z), averaged over samples: `[B]`.
  package var reconstruction: Expression { -logLikelihood.mean(1) }

  /// KL(q ‖ p) of all latents: `[B]`.
  package var kl: Expression {
    latents.dropFirst().reduce(latents[0].kl) { $0 + $1.kl }
  }

  /// KL(q ‖ p) for each latent, one variable's after another's, `[B, Z]`; nil where one has no closed form.
  package var klPerLatent: Expression? {
    let parts = latents.compactMap(\.klPerLatent)
    return parts.count == latents.count ? .concatenated(parts, axis: 1) : nil
  }

  /// Where the examples lie in latent space, one variable's latents after another's: `[B, Z]`.
  package var means: Expression {
    .concatenated(latents.map { $0.posterior.mean.mean(1) }, axis: 1)
  }

  /// log p(x|z) + log p(z) − log q(z|x), `[B, K]`; nil where a posterior is a point.
  package var logWeights: Expression? {
    latents.reduce(logLikelihood as Expression?) { sum, latent in
      guard let sum, let density = latent.draw.logDensity else { return nil }
      return sum + latent.logPrior - density
    }
  }
}

extension ForwardPass.Latent {
  /// log p(z|latents above), `[B, K]`.
  package var logPrior: Expression {
    guard let density = prior.logDensity(of: draw.z) else {
      preconditionFailure("the prior of \(name) has no density")
    }
    return density
  }

  /// `[B, Z]`; nil where there is no closed form.
  var klPerLatent: Expression? { prior.divergence(from: posterior)?.mean(1) }

  /// KL(q ‖ p), `[B]`. In closed form as far as there is one, or else the average of log q − log p over samples, or
  /// else, where q is a point, zero.
  var kl: Expression {
    if let klPerLatent { return klPerLatent.sum(1) }
    guard let logPosterior = draw.logDensity else {
      return draw.z.emission.constant(0, [draw.z.shape[0]])
    }
    return klFromBase(logPosterior) ?? (logPosterior - logPrior).mean(1)
  }

  /// KL(q ‖ p) of transformed samples as KL(q₀ ‖ p) of what they were made from, which is known, and the change that the
  /// transformation makes, which is sampled: `[B]`.
  ///
  /// Sampling only log q/q₀ − log p(z)/p(z₀) leaves far less noise than sampling log q − log p, and
  /// none where the transformation is the identity (a control variate with a known mean).
  private func klFromBase(_ logPosterior: Expression) -> Expression? {
    guard let base = draw.base, let known = prior.divergence(from: base.distribution),
      let priorOfBase = prior.logDensity(of: base.z)
    else { return nil }
    let change = (logPosterior - base.logDensity) - (logPrior - priorOfBase)
    return known.mean(1).sum(1) + change.mean(1)
  }
}
