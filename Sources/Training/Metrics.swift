public import GraphRuns

/// What is measured on examples, in nats per example: sums over features and latents, means over
/// examples.
public struct Metrics: Sendable, Hashable, Codable {
  /// What is minimised; penalties on weights are not in it.
  public var objective: Double
  /// −log p(x|z).
  public var reconstruction: Double
  /// KL(q(z|x) ‖ p(z)).
  public var kl: Double
  /// KL of each latent; nil where it has no closed form.
  public var klPerLatent: [Double]?
  /// Latents whose posterior mean varies over the examples by more than 0.01 (its variance).
  /// Source: Burda et al., arXiv:1509.00519, section 5.2.
  public var activeUnits: Int
  /// Further terms and losses of the model's objective by their names (`Model.termNames`): `weighted.kl` is the KL as
  /// the objective weighs it. Nil where it has none.
  public var terms: [String: Double]?

  /// −(reconstruction + kl): the evidence lower bound at β = 1.
  public var elbo: Double { -(reconstruction + kl) }
}

/// Sums of metrics over examples, from which means are taken at the end.
public struct MetricSums: Sendable, Hashable, Codable {
  /// One sum per float of the gradient buffer's metrics; for `latentMeanSpread`, the squared distances from the mean
  /// of all examples that went in.
  public internal(set) var sums: [Double] = []
  /// Sum of the gradient's norm over steps.
  public internal(set) var gradientNorms = 0.0
  /// Examples that went in.
  public internal(set) var exampleCount = 0
  /// Steps that went in.
  public internal(set) var stepCount = 0

  /// The means; nil before the first example.
  func metrics(_ range: (String) -> Range<Int>?, terms: [String]) -> Metrics? {
    Metrics(exampleCount: exampleCount, terms: terms) { name in
      range(name).map { Array(sums[$0]) }
    }
  }

  /// Adds the parts of a minibatch or a data set, one after another, without allocating.
  ///
  /// - Source: for the spread, Chan, Golub & LeVeque, "Updating formulae and a pairwise algorithm for
  ///   computing sample variances", COMPSTAT 1982: of two sets of n and m numbers it is the sum of theirs
  ///   and (difference of the means)² · nm / (n + m).
  mutating func add(_ parts: some MeasuredParts) {
    let (means, spreads) = (parts.metricRange("latentMean"), parts.metricRange("latentMeanSpread"))
    parts.forEachPart { metrics, count in
      let (before, new) = (Double(exampleCount), Double(count))
      if let means, let spreads, exampleCount > 0 {
        for (mean, spread) in zip(means, spreads) {
          let distance = Double(metrics[mean]) / new - sums[mean] / before
          sums[spread] += distance * distance * (before * new / (before + new))
        }
      }
      for index in sums.indices { sums[index] += Double(metrics[index]) }
      exampleCount += count
    }
  }

  mutating func clear() {
    for index in sums.indices { sums[index] = 0 }
    (gradientNorms, exampleCount, stepCount) = (0, 0, 0)
  }
}

extension Metrics {
  /// Means over the examples that chunks of a data set measured; nil where there are none.
  ///
  /// - Parameter terms: names of the objective's further terms.
  public init?(_ results: ChunkResults, terms: [String]) {
    var sums = MetricSums()
    sums.sums = [Double](repeating: 0, count: results.metricCount)
    sums.add(results)
    guard let metrics = sums.metrics(results.metricRange, terms: terms) else { return nil }
    self = metrics
  }

  /// Means of sums over examples; nil where there are no examples.
  ///
  /// - Parameters:
  ///   - terms: names of the objective's further terms; those that were not measured are left out.
  ///   - sum: a metric's sum over the examples, by the name that the graph gives it.
  package init?(exampleCount: Int, terms: [String] = [], sum: (String) -> [Double]?) {
    guard exampleCount > 0 else { return nil }
    func means(_ name: String) -> [Double]? { sum(name)?.map { $0 / Double(exampleCount) } }
    func mean(_ name: String) -> Double { means(name)?.first ?? 0 }
    objective = mean("objective")
    reconstruction = mean("reconstruction")
    kl = mean("kl")
    klPerLatent = means("klPerLatent")
    activeUnits = means("latentMeanSpread")?.count { $0 > 0.01 } ?? 0
    let measured = terms.compactMap { name in means(name)?.first.map { (name, $0) } }
    if !measured.isEmpty { self.terms = Dictionary(uniqueKeysWithValues: measured) }
  }
}
