internal import Glibc
internal import GraphIR

/// 1/C Σ_c N(μ_c, diag σ_c²), the same for all examples.
struct EqualMixture: Distribution {
  /// The components' means, `[C, Z]`.
  let means: Expression
  /// Their log σ², `[C, Z]`.
  let logVariances: Expression

  var latentCount: Int { means.shape[1] }
  /// The mean of the components' means.
  var mean: Expression { means.mean(0).reshaped([1, 1, latentCount]) }

  /// A component for each sample, by uniform noise, and a sample of it.
  func sample(_ count: Int) -> Draw {
    let emission = means.emission
    let (rows, components) = (emission.exampleCount, means.shape[0])
    let uniform = emission.noise(.uniform, [rows, count, 1]).samplesAsRows
    let component = floor(min(uniform * Double(components), Double(components) - 0.5))
      .repeated(to: [rows * count, latentCount])
    let noise = emission.noise(.standardNormal, [rows, count, latentCount])
    let mean = means.gatheringRows(component).rowsAsSamples
    let deviation = exp(0.5 * logVariances.gatheringRows(component)).rowsAsSamples
    let z = mean + deviation * noise
    return Draw(z: z, logDensity: logDensity(of: z))
  }

  /// log 1/C Σ_c N(z; μ_c, σ_c²).
  func logDensity(of z: Expression) -> Expression? {
    let components = DiagonalGaussian(mean: means, logVariance: logVariances)
    let each = components.logDensityPerLatent(of: z.inserting(axis: 2)).sum(-1)
    return each.logSumExp(axis: 2) - Glibc.log(Double(means.shape[0]))
  }
}
