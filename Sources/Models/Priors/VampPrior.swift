internal import Configuration
internal import GraphIR

/// p(z) = 1/C Σ_c q(z|u_c): the mixture of the posteriors of C learnt pseudo-inputs, which begin as examples.
///
/// - Source: Tomczak & Welling, arXiv:1705.07120, eq. 9.
struct VampPrior: Prior {
  static let key = "vamp"
  static let meaning =
    "The mixture of the posteriors of learnt pseudo-inputs, which begin as examples. Tomczak "
    + "& Welling, arXiv:1705.07120. For the topmost latent, a posterior with variances, and an "
    + "encoder without `condition`."
  /// C.
  let components: Int

  init(reading options: inout ObjectReader) throws(ConfigurationError) {
    components = try options.integer(
      "components", default: 500, in: 1...(1 << 20),
      "How many pseudo-inputs.")
  }

  var place: LatentPlace? { .top }

  func distribution(_ context: ModelContext) -> any Distribution {
    let shape = Shape([components] + context.exampleShape)
    let learnt = context.emission.trained("\(context.name).inputs", shape, .examples)
    let (lowest, highest) = (Double(context.support.lowerBound), Double(context.support.upperBound))
    let inputs = highest < 1e30 ? clamp(learnt, to: lowest...highest) : learnt
    let encoded = context.emission.oncePerMinibatch(inputs) { rows in
      let q = context.encode(rows)
      guard let logVariance = q.logVariance else { preconditionFailure("VampPrior: no variances") }
      return [q.mean, logVariance].map { $0.reshaped([rows.shape[0], q.latentCount]) }
    }
    return EqualMixture(means: encoded[0], logVariances: encoded[1])
  }
}
