import Configuration
import GraphIR
import GraphReference
import Models
import Testing

/// Schedules, closed forms and bounds.
@Suite struct ObjectiveTests {
  @Test(arguments: [
    (#""elbo""#, 3.0, 1.0), (#"{ "elbo": { "beta": 4 } }"#, 0, 4),
    (#"{ "elbo": { "beta": 4, "warmUpEpochs": 2 } }"#, 0, 0),
    (#"{ "elbo": { "beta": 4, "warmUpEpochs": 2 } }"#, 0.5, 1),
    (#"{ "elbo": { "beta": 4, "warmUpEpochs": 2 } }"#, 7, 4),
    (#"{ "elbo": { "beta": 4, "warmUpEpochs": 2, "cycleEpochs": 5 } }"#, 4.9, 4),
    (#"{ "elbo": { "beta": 4, "warmUpEpochs": 2, "cycleEpochs": 5 } }"#, 5, 0),
    (#"{ "elbo": { "beta": 4, "warmUpEpochs": 2, "cycleEpochs": 5 } }"#, 11, 2),
  ])
  func betaRises(objective: String, epoch: Double, beta: Double) throws {
    let read = try model(section(objective: objective), exampleShape: [4])
    #expect(read.scalarNames == ["beta"])
    #expect(read.scalars(at: Moment(epoch: epoch, exampleCount: 7)) == [beta])
    #expect(read.warmUpEndEpoch == (objective.contains("warmUp") ? 2 : 0))
  }

  /// The posterior's heads are constants: weights 0, biases μ and log σ².
  private func metrics(
    objective: String = #""elbo""#, mean: Double, logVariance: Double, rows: Int = 3
  ) throws -> Evaluation {
    let read = try model(section(objective: objective), exampleShape: [4])
    let graph = read.trainingGraph(rows: rows)
    var parameters = arbitraryParameters(graph, seed: 3)
    for (index, declaration) in graph.parameters.enumerated()
    where declaration.name.hasPrefix("posterior") {
      let bias = declaration.name.contains("mean") ? mean : logVariance
      let value = declaration.name.hasSuffix("bias") ? bias : 0
      parameters[index] = Tensor(repeating: value, shape: declaration.shape)
    }
    return Evaluation(graph, inputs: arbitraryInputs(graph, seed: 4), parameters: parameters)
  }

  @Test func divergenceIsZeroAtThePrior() throws {
    let atPrior = try metrics(mean: 0, logVariance: 0)
    #expect(atPrior.metric("kl") == 0)
    #expect(atPrior[.metric("klPerLatent")].values == [0, 0])
    #expect(atPrior.metric("objective") == atPrior.metric("reconstruction"))
  }

  @Test func posteriorAtThePriorHasItsDensity() throws {
    let iwae = try metrics(objective: #"{ "iwae": { "samples": 1 } }"#, mean: 0, logVariance: 0)
    #expect(agree(iwae.metric("objective"), iwae.metric("reconstruction")))
  }

  @Test func divergenceHasItsClosedForm() throws {
    let away = try metrics(mean: 1, logVariance: 1)
    // ½ (1 + e − 1 − 1) for each of 2 latents of 3 examples; β is 0.7.
    let perLatent = 0.5 * (2.718281828459045 - 1)
    #expect(agree(away.metric("kl"), 6 * perLatent))
    #expect(agree(away.metric("weighted.kl"), 0.7 * 6 * perLatent))
    #expect(
      agree(
        away.metric("objective"), away.metric("reconstruction") + away.metric("weighted.kl")))
    #expect(
      zip(away[.metric("klPerLatent")].values, [3 * perLatent, 3 * perLatent]).allSatisfy(agree))
    #expect(away[.metric("latentMean")].values == [3, 3])
    let further = try metrics(mean: -2, logVariance: 1)
    #expect(further[.metric("latentMean")].values == [-6, -6])
    #expect(further[.metric("latentMeanSpread")].values == [0, 0])
  }

  @Test func logVarianceIsLimited() throws {
    let wide = try metrics(mean: 0, logVariance: 1e6)
    let limit = 485165195.40979028  // e²⁰
    #expect(agree(wide.metric("kl"), 6 * 0.5 * (limit - 1 - 20)))
  }

  @Test func freeBitsAreNotPushedAway() throws {
    let perLatent = 0.5 * (2.718281828459045 - 1)
    let free = try metrics(
      objective: #"{ "elbo": { "freeBits": 2 } }"#, mean: 1, logVariance: 1)
    #expect(agree(free.metric("weighted.freeBitsKL"), 0.7 * 3 * 2 * 2))
    #expect(agree(free.metric("kl"), 6 * perLatent))
    let paid = try metrics(
      objective: #"{ "elbo": { "freeBits": 0.5 } }"#, mean: 1, logVariance: 1)
    #expect(agree(paid.metric("weighted.freeBitsKL"), 0.7 * 6 * perLatent))
  }

  private static let flow = #"{ "planarFlow": { "latent": 2, "maps": 2 } }"#

  private func evaluate(_ objective: String, beta: Double = 1) throws -> Evaluation {
    let read = try model(
      section(posterior: Self.flow, objective: objective), exampleShape: [4])
    let graph = read.evaluationGraph(rows: 5)
    var inputs = arbitraryInputs(graph, seed: 4)
    inputs["beta"] = Tensor(repeating: beta, shape: .scalar)
    return Evaluation(graph, inputs: inputs, parameters: arbitraryParameters(graph, seed: 5))
  }

  @Test func oneImportanceSampleIsTheSampledBound() throws {
    let iwae = try evaluate(#"{ "iwae": { "samples": 1 } }"#)
    let read = try model(section(posterior: Self.flow), exampleShape: [4])
    let graph = try read.importanceGraph(rows: 5, samples: 1)
    let weights = Evaluation(
      graph, inputs: arbitraryInputs(graph, seed: 4),
      parameters: arbitraryParameters(graph, seed: 5))
    let bound = weights[.result("logWeights")].values.reduce(0, +)
    #expect(agree(iwae.metric("objective"), -bound))
    #expect(iwae.metric("kl") != 0)
  }

  /// Jensen: the logarithm of a mean is not below the mean of the logarithms, on any samples.
  @Test func moreImportanceSamplesTightenTheBound() throws {
    let iwae = try evaluate(#"{ "iwae": { "samples": 20 } }"#)
    let average = iwae.metric("reconstruction") + iwae.metric("kl")
    #expect(iwae.metric("objective") < average - 1e-3)
  }

  @Test func importanceWeightsAreThoseOfTheObjective() throws {
    let read = try model(
      section(objective: #"{ "iwae": { "samples": 7 } }"#), exampleShape: [4])
    let (importance, evaluation) = (
      try read.importanceGraph(rows: 3, samples: 7), read.evaluationGraph(rows: 3)
    )
    let parameters = arbitraryParameters(importance, seed: 5)
    let inputs = arbitraryInputs(importance, seed: 6)
    let weights = Evaluation(importance, inputs: inputs, parameters: parameters)
    let logWeights = weights[.result("logWeights")]
    #expect(logWeights.shape == [3, 7])
    var builder = GraphBuilder()
    let sums = builder.logSumExp(builder.input("w", [3, 7]), axis: 1)
    builder.output(.result("sum"), builder.sum(sums))
    let total = Evaluation(builder.graph, inputs: ["w": logWeights], parameters: [])
    let objective = Evaluation(evaluation, inputs: inputs, parameters: parameters)
    // log 7 = 1.9459…
    #expect(
      agree(
        objective.metric("objective"),
        3 * 1.9459101490553132 - total[.result("sum")][0]))
  }

  @Test func anAutoencoderPaysNoDivergence() throws {
    let json = section(
      posterior: #"{ "deterministic": { "latent": 2 } }"#, likelihood: #""squaredError""#)
    let read = try model(json, exampleShape: [4])
    let graph = read.evaluationGraph(rows: 3)
    let result = Evaluation(
      graph, inputs: arbitraryInputs(graph, seed: 1),
      parameters: arbitraryParameters(graph, seed: 2))
    #expect(result.metric("kl") == 0)
    #expect(result.metric("objective") == result.metric("reconstruction"))
    #expect(graph.output(.metric("klPerLatent")) == nil)
    #expect(read.encoderGraph(rows: 1).output(.result("logVariance")) == nil)
    #expect(!read.hasDensity)
    let error = #expect(throws: ConfigurationError.self) {
      try read.importanceGraph(rows: 1, samples: 2)
    }
    #expect(
      error?.description == "test.json:4: likelihood: expected a likelihood that is a density, to "
        + "estimate log p(x), found the string \"squaredError\". Use \"gaussian\" or \"bernoulli\"."
    )
  }
}
