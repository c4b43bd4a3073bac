internal import Configuration
internal import GraphIR

/// A diagonal Gaussian followed by planar maps f(z) = z + û·tanh(wᵀz + b), which bend it.
///
/// The maps are the same for all examples. û is u with its part along w changed so that wᵀû > −1,
/// which makes every map invertible.
///
/// - Source: Rezende & Mohamed, arXiv:1505.05770, eq. 10–13 and appendix A.1.
struct PlanarFlow: Posterior {
  static let key = "planarFlow"
  static let meaning = "A Gaussian, then planar maps. Rezende & Mohamed, arXiv:1505.05770."
  /// Where the samples start from.
  let base: GaussianPosterior
  /// How many maps follow one another.
  let maps: Int

  init(reading options: inout ObjectReader) throws(ConfigurationError) {
    base = try GaussianPosterior(reading: &options)
    maps = try options.integer(
      "maps", default: 10, in: 1...1024,
      "How many maps follow one another.")
  }

  var latentCount: Int { base.latentCount }

  var hasVariances: Bool { false }

  func distribution(
    _ features: Expression, prior: (any Distribution)?, _ context: ModelContext
  ) -> any Distribution {
    PlanarDistribution(base: base.gaussian(features, context), name: context.name, maps: maps)
  }
}

/// What planar maps make of a Gaussian.
private struct PlanarDistribution: Distribution {
  let base: DiagonalGaussian
  let name: String
  let maps: Int

  var latentCount: Int { base.latentCount }
  /// The image of the Gaussian's mean; the image of its spread has no variance per latent.
  var mean: Expression { flow(base.mean).z }

  func sample(_ count: Int) -> Draw {
    let start = base.sample(count)
    guard let density = start.logDensity else { preconditionFailure("a Gaussian has a density") }
    let (z, logDeterminant) = flow(start.z)
    return Draw(
      z: z, logDensity: density - logDeterminant,
      base: Draw.Base(distribution: base, z: start.z, logDensity: density))
  }

  /// Not known: the maps have no inverse in closed form.
  func logDensity(of z: Expression) -> Expression? { nil }

  /// Emits all maps.
  ///
  /// - Parameter z: `[B, K, Z]`.
  /// - Returns: the image, and Σ log |det ∂f/∂z| `[B, K]`.
  private func flow(_ z: Expression) -> (z: Expression, logDeterminant: Expression) {
    var (z, total) = map(z, name: "\(name).flow1")
    for index in 1..<maps {
      let (image, part) = map(z, name: "\(name).flow\(index + 1)")
      (z, total) = (image, total + part)
    }
    return (z, total)
  }

  /// Emits one map. With a = wᵀu and m = softplus(a) − 1, û = u + (m − a)·w/‖w‖² has wᵀû = m, so
  /// the determinant is 1 + m·tanh′(wᵀz + b).
  private func map(
    _ z: Expression, name: String
  ) -> (z: Expression, logDeterminant: Expression) {
    let start = Initializer.uniform(bound: 1 / Double(latentCount).squareRoot())
    // No weights to the penalties: pulling w to zero would make û larger, not the map simpler.
    let u = z.emission.trained("\(name).u", [latentCount], start)
    let w = z.emission.trained("\(name).w", [latentCount], start)
    let b = z.emission.trained("\(name).b", .scalar, .constant(0))
    let a = (w * u).sum()
    let m = softplus(a) - 1
    let uHat = u + w * ((m - a) / square(w).sum())
    let h = tanh((z * w).sumPerSample + b)
    let slope = 1 - square(h)
    return (z + h.inserting(axis: 2) * uHat, log1p(slope * m))
  }
}
