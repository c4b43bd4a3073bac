public import Configuration
public import GraphIR

/// The graphs of a model. All declare the same parameters in the same order.
extension Model {
  /// What training runs, not yet differentiated.
  ///
  /// Inputs the fields, `x` `[B]` + example shape, and the scalars. Outputs, summed over the rows, in nats:
  /// metrics `objective` (what is minimised), `reconstruction`, `kl` and those of `termNames` (scalars),
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
      mode: .training, exampleCount: rows, minibatch: minibatch, place: place, fields: fields,
      declaring: parameters)
    return loss == Self.objectiveLoss ? objectiveGraph(emission) : lossGraph(loss, emission)
  }

  /// The same metrics with the layers as they are after training: no dropout, running statistics.
  public func evaluationGraph(rows: Int) -> Graph { objectiveGraph(inference(rows)) }

  /// `x` → results `mean` `[B, Z]` and, where the posterior has it, `logVariance` `[B, Z]`. Of several latent variables
  /// each has its own, `NAME.mean`, where those above are at their means.
  public func encoderGraph(rows: Int) -> Graph {
    let emission = inference(rows)
    for latent in embedding(in: emission) {
      let prefix = latents.count == 1 ? "" : "\(latent.name)."
      emission.output(.result("\(prefix)mean"), latent.posterior.mean.samplesAsRows)
      if let logVariance = latent.posterior.logVariance {
        emission.output(.result("\(prefix)logVariance"), logVariance.samplesAsRows)
      }
    }
    return emission.graph
  }

  /// Input `z` `[B, Z]` → result `mean`, the mean of p(x|z), `[B]` + example shape.
  public func decoderGraph(rows: Int) -> Graph {
    let emission = inference(rows)
    let z = emission.input("z", [rows, latentCount])
    emission.output(.result("mean"), mean(ofDecoding: z))
    return emission.graph
  }

  /// No `x` → result `mean`: the mean of p(x|z) for z drawn from the prior, `[B]` + example shape.
  public func samplingGraph(rows: Int) -> Graph {
    let emission = inference(rows)
    emission.output(.result("mean"), mean(ofDecoding: priorSample(in: emission)))
    return emission.graph
  }

  /// `x` → result `reconstruction`, the mean of p(x|z) at the example's place in latent space.
  public func reconstructionGraph(rows: Int) -> Graph {
    let emission = inference(rows)
    let latents = embedding(in: emission)
    let z = latents[latents.count - 1].posterior.mean.samplesAsRows
    emission.output(.result("reconstruction"), mean(ofDecoding: z))
    return emission.graph
  }

  /// `x` → result `logWeights` `[B, K]`: log p(x|z) + log p(z) − log q(z|x) of K samples, whose
  /// log-mean-exp estimates log p(x).
  ///
  /// - Throws: `ConfigurationError` where the posterior is a point or the likelihood no density.
  /// - Source: Burda et al., arXiv:1509.00519, eq. 8.
  public func importanceGraph(rows: Int, samples: Int) throws(ConfigurationError) -> Graph {
    let emission = inference(rows)
    let pass = forward(samples: samples, in: emission)
    guard likelihood.isNormalized else {
      throw choice("likelihood").error(
        expected: "a likelihood that is a density, to estimate log p(x)",
        remedy: "Use \"gaussian\" or \"bernoulli\".")
    }
    guard let logWeights = pass.logWeights else {
      throw choice("posterior").error(
        expected: "a posterior that is a density, to estimate log p(x)", remedy: "Use \"gaussian\"."
      )
    }
    emission.output(.result("logWeights"), logWeights)
    return emission.graph
  }

  private func choice(_ axis: String) -> JSONNode { resolved[axis] ?? resolved }

  private func inference(_ rows: Int) -> Emission {
    Emission(mode: .inference, exampleCount: rows, fields: fields, declaring: parameters)
  }

  private func objectiveGraph(_ emission: Emission) -> Graph {
    let pass = forward(samples: samplesPerExample, in: emission)
    let terms = fitting { () throws(Misfit) in try objective.terms(of: pass) }
    let total = terms.dropFirst().reduce(terms[0].weighted) { $0 + $1.weighted }
    emission.output(.metric("objective"), total)
    emission.output(.metric("reconstruction"), pass.reconstruction.sum())
    emission.output(.metric("kl"), pass.kl.sum())
    for term in terms {
      for name in Self.metricNames(term) {
        emission.output(.metric(name), name == term.name ? term.value : term.weighted)
      }
    }
    if let klPerLatent = pass.klPerLatent {
      emission.output(.metric("klPerLatent"), klPerLatent.sum(0))
    }
    emitMeans(pass.means)
    return emission.graph
  }

  private func lossGraph(_ loss: String, _ emission: Emission) -> Graph {
    let pass = forward(samples: samplesPerExample, in: emission)
    let value = fitting { () throws(Misfit) in try objective.loss(loss, of: pass) }
    emission.output(.metric(loss), value)
    return emission.graph
  }

  private func fitting<Result>(_ emit: () throws(Misfit) -> Result) -> Result {
    do { return try emit() } catch {
      preconditionFailure("the objective fitted when the model was read: \(error)")
    }
  }

  /// Emits Σ μ and Σ (μ − m)² of each latent, from the distances to the first row: sums of μ and μ²
  /// would lose in float32 the variance of means that are large beside it.
  private func emitMeans(_ mean: Expression) {
    let emission = mean.emission
    let count = Double(emission.exampleCount)
    let origin = mean.slice(axis: 0, 0..<1).reshaped([mean.shape[1]])
    let distance = mean - origin
    let sum = distance.sum(0)
    emission.output(.metric("latentMean"), origin * count + sum)
    emission.output(
      .metric("latentMeanSpread"), square(distance).sum(0) - square(sum) * (1 / count))
  }
}
