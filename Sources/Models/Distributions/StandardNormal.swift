internal import GraphIR

/// N(0, I).
struct StandardNormal: FactorizedDistribution {
  let latentCount: Int
  let emission: Emission

  var mean: Expression { emission.constant(0, [1, 1, latentCount]) }
  var logVariance: Expression? { mean }

  func sample(_ count: Int) -> Draw {
    let z = emission.noise(.standardNormal, [emission.exampleCount, count, latentCount])
    return Draw(z: z, logDensity: logDensity(of: z))
  }

  /// −½ Σ (log 2π + z²).
  func logDensity(of z: Expression) -> Expression? {
    -0.5 * (square(z).sum(-1) + Double(latentCount) * log2π)
  }

  func logDensityPerLatent(of z: Expression) -> Expression { -0.5 * (square(z) + log2π) }

  /// ½ (μ² + σ² − 1 − log σ²). Source: Kingma & Welling, arXiv:1312.6114, appendix B.
  func divergence(from q: any Distribution) -> Expression? {
    guard let q = q as? DiagonalGaussian else { return nil }
    return 0.5 * (square(q.mean) + exp(q.logVariances) - 1 - q.logVariances)
  }

  func map(_ transform: (Expression) -> Expression) -> StandardNormal { self }
}
