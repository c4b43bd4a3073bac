public import Configuration
public import GraphIR

/// The graphs of a model. All declare the same parameters in the same order.
extension Model {
  /// What training runs, not yet differentiated.
  ///
  /// Inputs `x` `[B]` + example shape, and the scalars. Outputs, summed over the rows, in nats:
  /// metrics `objective` (what is minimised), `reconstruction`, `kl`, `weightedKL` (scalars),
  /// `klPerLatent` `[Z]` where it has a closed form, `latentMean` `[Z]` (Σ μ), `latentMeanSpread`
  /// `[Z]` (Σ (μ − m)², where m is the rows' own mean); and running statistics.
  ///
  /// For another loss than the objective the only metric is the loss, by its name.
  ///
  /// - Parameters:
  ///   - loss: one of `losses`.
  ///   - rows: B, the examples of a shard.
  ///   - minibatch: examples of all its shards; nil where the shard stands alone.
  ///   - place: the shard's among them; nil where each computes all that depends on parameters alone.
  public func trainingGraph(
    _ loss: String = objectiveLoss, rows: Int, of minibatch: Int? = nil,
    at place: ShardPlace? = nil
  ) -> Graph {
    let emission = Emission(
      mode: .training, exampleCount: rows, minibatch: minibatch, place: place,
      declaring: parameters)
    return loss == Self.objectiveLoss ? objectiveGraph(emission) : lossGraph(loss, emission)
  }

  /// The same metrics with the layers as they are after training: no dropout, running statistics.
  public func evaluationGraph(rows: Int) -> Graph { objectiveGraph(inference(rows)) }

  /// `x` → results `mean` `[B, Z]` and, where the posterior has it, `logVariance` `[B, Z]`.
  public func encoderGraph(rows: Int) -> Graph {
    var emission = inference(rows)
    let embedding = embedding(in: &emission)
    emission.builder.output(.result("mean"), embedding.mean)
    if let logVariance = embedding.logVariance {
      emission.builder.output(.result("logVariance"), logVariance)
    }
    return emission.builder.graph
  }

  /// Input `z` `[B, Z]` → result `mean`, the mean of p(x|z), `[B]` + example shape.
  public func decoderGraph(rows: Int) -> Graph {
    var emission = inference(rows)
    let z = emission.builder.input("z", [rows, latentCount])
    emission.builder.output(.result("mean"), mean(ofDecoding: z, in: &emission))
    return emission.builder.graph
  }

  /// No data → result `mean`: the mean of p(x|z) for z drawn from the prior, `[B]` + example shape.
  public func samplingGraph(rows: Int) -> Graph {
    var emission = inference(rows)
    let z = prior.sample(latentCount: latentCount, in: &emission)
    emission.builder.output(.result("mean"), mean(ofDecoding: z, in: &emission))
    return emission.builder.graph
  }

  /// `x` → result `reconstruction`, the mean of p(x|z) at the example's place in latent space.
  public func reconstructionGraph(rows: Int) -> Graph {
    var emission = inference(rows)
    let z = embedding(in: &emission).mean
    emission.builder.output(.result("reconstruction"), mean(ofDecoding: z, in: &emission))
    return emission.builder.graph
  }

  /// `x` → result `logWeights` `[B, K]`: log p(x|z) + log p(z) − log q(z|x) of K samples, whose
  /// log-mean-exp estimates log p(x).
  ///
  /// - Throws: `ConfigurationError` where the posterior is a point or the likelihood no density.
  /// - Source: Burda et al., arXiv:1509.00519, eq. 8.
  public func importanceGraph(rows: Int, samples: Int) throws(ConfigurationError) -> Graph {
    var emission = inference(rows)
    let terms = forward(samples: samples, in: &emission).terms
    guard likelihood.isNormalized else {
      throw choice("likelihood").error(
        expected: "a likelihood that is a density, to estimate log p(x)",
        remedy: "Use \"gaussian\" or \"bernoulli\".")
    }
    guard let logPosterior = terms.logPosterior else {
      throw choice("posterior").error(
        expected: "a posterior that is a density, to estimate log p(x)", remedy: "Use \"gaussian\"."
      )
    }
    let joint = emission.builder.add(terms.logLikelihood, terms.logPrior)
    emission.builder.output(.result("logWeights"), emission.builder.subtract(joint, logPosterior))
    return emission.builder.graph
  }

  private func choice(_ axis: String) -> JSONNode { resolved[axis] ?? resolved }

  private func inference(_ rows: Int) -> Emission {
    Emission(mode: .inference, exampleCount: rows, declaring: parameters)
  }

  private func objectiveGraph(_ emission: Emission) -> Graph {
    var emission = emission
    let pass = forward(samples: samplesPerExample, in: &emission)
    let values = fitting { () throws(Misfit) in try objective.emit(pass.terms, in: &emission) }
    let reconstruction = pass.terms.reconstruction(in: &emission)
    let kl = pass.terms.kl(in: &emission)
    emission.builder.output(.metric("objective"), values.objective)
    emission.builder.output(.metric("reconstruction"), emission.builder.sum(reconstruction))
    emission.builder.output(.metric("kl"), emission.builder.sum(kl))
    emission.builder.output(.metric("weightedKL"), values.weightedKL)
    if let klPerLatent = pass.terms.klPerLatent {
      emission.builder.output(.metric("klPerLatent"), emission.builder.sum(klPerLatent, axes: [0]))
    }
    emitLatentMeans(pass.embedding.mean, in: &emission)
    return emission.builder.graph
  }

  private func lossGraph(_ loss: String, _ emission: Emission) -> Graph {
    var emission = emission
    let terms = forward(samples: samplesPerExample, in: &emission).terms
    let value = fitting { () throws(Misfit) in
      try objective.emit(loss: loss, terms, in: &emission)
    }
    emission.builder.output(.metric(loss), value)
    return emission.builder.graph
  }

  private func fitting<Result>(_ emit: () throws(Misfit) -> Result) -> Result {
    do { return try emit() } catch {
      preconditionFailure("the objective fitted when the model was read: \(error)")
    }
  }

  /// Emits Σ μ and Σ (μ − m)² of each latent, from the distances to the first row: sums of μ and μ²
  /// would lose in float32 the variance of means that are large beside it.
  private func emitLatentMeans(_ mean: Value, in emission: inout Emission) {
    let count = Double(emission.exampleCount)
    let first = emission.builder.slice(mean, axis: 0, start: 0, count: 1)
    let origin = emission.builder.reshape(first, [latentCount])
    let distance = emission.builder.subtract(mean, origin)
    let sum = emission.builder.sum(distance, axes: [0])
    let squares = emission.builder.sum(emission.builder.square(distance), axes: [0])
    let ofMean = emission.builder.scale(emission.builder.square(sum), by: 1 / count)
    let total = emission.builder.add(emission.builder.scale(origin, by: count), sum)
    emission.builder.output(.metric("latentMean"), total)
    emission.builder.output(.metric("latentMeanSpread"), emission.builder.subtract(squares, ofMean))
  }
}
