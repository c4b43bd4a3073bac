internal import GraphIR

/// All mass at one point: samples are the point, and there is no density.
struct PointMass: Distribution {
  /// `[B, S, Z]`.
  let mean: Expression

  var latentCount: Int { mean.shape[2] }

  func sample(_ count: Int) -> Draw {
    Draw(z: mean.repeated(to: [mean.shape[0], count, latentCount]))
  }

  func logDensity(of z: Expression) -> Expression? { nil }
}
