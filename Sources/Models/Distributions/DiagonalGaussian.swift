internal import GraphIR

/// N(μ, diag σ²).
package struct DiagonalGaussian: FactorizedDistribution {
  /// μ, `[B, S, Z]`.
  package let mean: Expression
  /// log σ², `[B, S, Z]`.
  package let logVariances: Expression

  /// Every log σ² is limited to this range: outside it e^(log σ²) loses what float32 can hold of its
  /// sums and products.
  package static let logVarianceRange = -30.0...20.0

  /// By mean and log σ², of one shape.
  package init(mean: Expression, logVariance: Expression) {
    (self.mean, logVariances) = (mean, logVariance)
  }

  package var latentCount: Int { mean.shape[2] }
  package var logVariance: Expression? { logVariances }
  private var deviation: Expression { exp(0.5 * logVariances) }

  /// z = μ + σ·ε with ε ~ N(0, I), so that derivatives pass through the samples.
  ///
  /// Their density is −½ Σ (log 2π + log σ² + ε²): ε is known, so z − μ need not be formed.
  ///
  /// - Source: Kingma & Welling, arXiv:1312.6114, section 2.4.
  package func sample(_ count: Int) -> Draw {
    let emission = mean.emission
    let noise = emission.noise(.standardNormal, [emission.exampleCount, count, latentCount])
    let z = mean + deviation * noise
    let determinant = logVariances.sum(2) + Double(latentCount) * log2π
    return Draw(z: z, logDensity: -0.5 * (determinant + square(noise).sumPerSample))
  }

  /// −½ (log 2π + log σ² + (z − μ)²/σ²).
  package func logDensityPerLatent(of z: Expression) -> Expression {
    -0.5 * (log2π + (logVariances + square(z - mean) * exp(-logVariances)))
  }

  /// ½ (log σ² − log σ_q² + (σ_q² + (μ_q − μ)²)/σ² − 1).
  package func divergence(from q: any Distribution) -> Expression? {
    guard let q = q as? DiagonalGaussian else { return nil }
    let ratio = exp(q.logVariances - logVariances)
    let distance = square(q.mean - mean) * exp(-logVariances)
    return 0.5 * (logVariances - q.logVariances + (ratio + distance) - 1)
  }

  package func map(_ transform: (Expression) -> Expression) -> DiagonalGaussian {
    DiagonalGaussian(mean: transform(mean), logVariance: transform(logVariances))
  }
}
