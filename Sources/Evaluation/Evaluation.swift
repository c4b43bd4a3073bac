/// An importance-sampled estimate of log p(x), nats per example.
public struct LogLikelihood: Sendable, Hashable, Codable {
  /// Importance samples per example.
  public var samples: Int
  /// Mean over examples.
  public var mean: Double
  /// Standard error of that mean over examples; the estimate's own bias, at most the gap to more
  /// samples, is not in it.
  public var standardError: Double
}

/// What a trained model comes to on a set of examples, in nats per example.
public struct EvaluationResult: Sendable, Hashable, Codable {
  /// Number of examples.
  public var examples: Int
  /// −(reconstruction + kl).
  public var elbo: Double
  /// −log p(x|z).
  public var reconstruction: Double
  /// KL(q(z|x) ‖ p(z)).
  public var kl: Double
  /// Latents whose posterior mean varies over the examples.
  public var activeUnits: Int
  /// The importance-sampled log-likelihood; nil where none was asked for.
  public var logLikelihood: LogLikelihood?

  /// Writes every key, `null` for a log-likelihood that was not asked for.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(examples, forKey: .examples)
    try container.encode(elbo, forKey: .elbo)
    try container.encode(reconstruction, forKey: .reconstruction)
    try container.encode(kl, forKey: .kl)
    try container.encode(activeUnits, forKey: .activeUnits)
    try container.encode(logLikelihood, forKey: .logLikelihood)
  }
}
