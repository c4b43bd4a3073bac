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
  /// Where the samples start from.
  let base: GaussianPosterior
  /// How many maps follow one another.
  let maps: Int

  init(reading options: inout ObjectReader) throws(ConfigurationError) {
    base = try GaussianPosterior(reading: &options)
    maps = try options.integer("maps", default: 10, in: 1...1024)
  }

  var latentCount: Int { base.latentCount }

  /// The image of the Gaussian's mean; the image of its spread has no variance per latent.
  func embed(_ features: Value, in emission: inout Emission) -> Embedding {
    let mean = emission.repeated(base.embed(features, in: &emission).mean, samples: 1)
    return Embedding(mean: emission.samplesAsRows(flow(mean, in: &emission).z))
  }

  func draw(_ features: Value, samples: Int, in emission: inout Emission) -> LatentDraw {
    let start = base.draw(features, samples: samples, in: &emission)
    let (z, logDeterminant) = flow(start.z, in: &emission)
    let logDensity = start.logDensity.map { emission.builder.subtract($0, logDeterminant) }
    return LatentDraw(z: z, logDensity: logDensity, base: start.base)
  }

  /// Emits all maps.
  ///
  /// - Parameter z: `[B, K, Z]`.
  /// - Returns: the image, and Σ log |det ∂f/∂z| `[B, K]`.
  private func flow(
    _ z: Value, in emission: inout Emission
  ) -> (z: Value, logDeterminant: Value) {
    var (z, total) = map(z, name: "posterior.flow1", in: &emission)
    for index in 1..<maps {
      let (image, part) = map(z, name: "posterior.flow\(index + 1)", in: &emission)
      (z, total) = (image, emission.builder.add(total, part))
    }
    return (z, total)
  }

  /// Emits one map. With a = wᵀu and m = softplus(a) − 1, û = u + (m − a)·w/‖w‖² has wᵀû = m, so
  /// the determinant is 1 + m·tanh′(wᵀz + b).
  private func map(
    _ z: Value, name: String, in emission: inout Emission
  ) -> (z: Value, logDeterminant: Value) {
    let start = Initializer.uniform(bound: 1 / Double(latentCount).squareRoot())
    // No weights to the penalties: pulling w to zero would make û larger, not the map simpler.
    let u = emission.trained("\(name).u", [latentCount], start)
    let w = emission.trained("\(name).w", [latentCount], start)
    let b = emission.trained("\(name).b", .scalar, .constant(0))
    let shape = emission.builder.shape(z)
    let alignment = emission.builder.sum(emission.builder.multiply(w, u))
    let m = emission.builder.add(emission.builder.softplus(alignment), -1)
    let length = emission.builder.sum(emission.builder.square(w))
    let change = emission.builder.divide(emission.builder.subtract(m, alignment), length)
    let uHat = emission.builder.add(u, emission.builder.multiply(w, change))
    let projection = emission.sumPerSample(emission.builder.multiply(z, w))
    let bend = emission.builder.tanh(emission.builder.add(projection, b))
    let slope = emission.builder.subtract(
      emission.builder.constant(1), emission.builder.square(bend))
    let push = emission.builder.multiply(emission.builder.broadcastLeading(bend, to: shape), uHat)
    return (
      emission.builder.add(z, push),
      emission.builder.log1p(emission.builder.multiply(slope, m))
    )
  }
}
