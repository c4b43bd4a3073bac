import GraphIR
import GraphReference
import Models
import Testing

/// log q(z|x) against the numeric change of variables from the noise.
@Suite struct PosteriorTests {
  private static let log2π = 1.8378770664093453

  /// Emits a draw of one sample for one example, from features that are the example itself.
  private struct OneSample {
    var graph: Graph
    var parameters: [Tensor]

    init(_ posterior: String, seed: UInt64) throws {
      let decoder = #"[{ "dense": { "units": 3 } }]"#
      let read = try model(
        section(encoder: "[]", posterior: posterior, decoder: decoder), exampleShape: [3])
      let emission = Emission(
        mode: .training, exampleCount: 1, fields: read.fields, declaring: read.parameters)
      let draw = read.forward(samples: 1, in: emission).latents[0].draw
      emission.output(.result("z"), draw.z)
      emission.output(.result("logDensity"), try #require(draw.logDensity))
      graph = emission.graph
      var random = SplitMix64(seed: seed)
      parameters = graph.parameters.map { random.tensor($0.shape, in: -2...2) }
    }

    func evaluate(noise: [Double]) -> (z: [Double], logDensity: Double) {
      let x = Tensor(shape: [1, 3], values: [0.3, -0.4, 0.6])
      let results = Interpreter(graph).run(inputs: ["x": x], parameters: parameters) {
        Tensor(shape: $3, values: noise)
      }
      return (results[0].values, results[1][0])
    }
  }

  /// |det ∂z/∂ε| by central differences, for 1 or 2 latents.
  private func determinant(_ sample: OneSample, at noise: [Double]) -> Double {
    let h = 6e-6  // ≈ ∛ε.
    let columns = noise.indices.map { axis in
      var (above, below) = (noise, noise)
      above[axis] += h
      below[axis] -= h
      return zip(sample.evaluate(noise: above).z, sample.evaluate(noise: below).z).map {
        ($0 - $1) / (2 * h)
      }
    }
    return noise.count == 1
      ? abs(columns[0][0]) : abs(columns[0][0] * columns[1][1] - columns[0][1] * columns[1][0])
  }

  @Test(
    arguments: [
      (#"{ "gaussian": { "latent": 1 } }"#, [0.7]),
      (#"{ "gaussian": { "latent": 2 } }"#, [0.7, -1.2]),
      (#"{ "planarFlow": { "latent": 1, "maps": 4 } }"#, [-0.3]),
      (#"{ "planarFlow": { "latent": 2, "maps": 1 } }"#, [0.4, 1.1]),
      (#"{ "planarFlow": { "latent": 2, "maps": 5 } }"#, [-0.9, 0.2]),
    ], [1, 2, 3, 4, 5] as [UInt64])
  func densityFollowsTheChangeOfVariables(
    choice: (posterior: String, noise: [Double]), seed: UInt64
  ) throws {
    let sample = try OneSample(choice.posterior, seed: seed)
    let squares = choice.noise.reduce(0) { $0 + $1 * $1 }
    let logNoise = -0.5 * (squares + Double(choice.noise.count) * Self.log2π)
    // Compared as e^(log density): no logarithm of a difference quotient is needed.
    var builder = GraphBuilder()
    let difference = builder.input("d", .scalar)
    builder.output(.result("ratio"), builder.exp(difference))
    let density = sample.evaluate(noise: choice.noise).logDensity
    let ratio = Interpreter(builder.graph).run(
      inputs: ["d": Tensor(shape: .scalar, values: [logNoise - density])], parameters: [],
      noise: deterministicNoise(seed: 0))[0][0]
    let numeric = determinant(sample, at: choice.noise)
    #expect(abs(ratio - numeric) <= 1e-7 * max(1, numeric), "\(ratio), numeric \(numeric)")
  }

  /// The encoder's result is the flow of the Gaussian's mean: the draw whose noise is zero.
  @Test func embeddingIsTheDrawWithoutNoise() throws {
    let read = try model(
      section(posterior: #"{ "planarFlow": { "latent": 2, "maps": 3 } }"#), exampleShape: [4])
    let graph = read.encoderGraph(rows: 3)
    let parameters = arbitraryParameters(graph, seed: 1)
    let inputs = arbitraryInputs(graph, seed: 2)
    let mean = Evaluation(graph, inputs: inputs, parameters: parameters)[.result("mean")]
    #expect(mean.shape == [3, 2])
    let emission = Emission(
      mode: .inference, exampleCount: 3, fields: read.fields, declaring: read.parameters)
    let draw = read.forward(samples: 1, in: emission).latents[0].draw
    emission.output(.result("z"), draw.z)
    let z = Interpreter(emission.graph).run(inputs: inputs, parameters: parameters) {
      Tensor(repeating: 0, shape: $3)
    }[0]
    #expect(zip(z.values, mean.values).allSatisfy(agree))
  }

  /// The divergence that starts from the base is another estimate of the same number: over many
  /// draws it agrees with log q − log p, and scatters less.
  @Test func divergenceFromTheBaseHasTheSameMean() throws {
    let read = try model(
      section(posterior: #"{ "planarFlow": { "latent": 2, "maps": 3 } }"#), exampleShape: [4])
    let rows = 4000
    let emission = Emission(
      mode: .training, exampleCount: rows, fields: read.fields, declaring: read.parameters)
    var pass = read.forward(samples: 1, in: emission)
    emission.output(.result("fromBase"), pass.kl)
    #expect(pass.latents[0].draw.base != nil && pass.klPerLatent == nil)
    pass.latents[0].draw.base = nil
    emission.output(.result("sampled"), pass.kl)
    let graph = emission.graph
    let row = [0.1, 0.9, 0.4, 0.2]
    let x = Tensor(shape: [rows, 4], values: (0..<rows).flatMap { _ in row })
    let result = Evaluation(
      graph, inputs: ["x": x], parameters: arbitraryParameters(graph, seed: 7))
    func moments(_ name: String) -> (mean: Double, variance: Double) {
      let values = result[.result(name)].values
      let mean = values.reduce(0, +) / Double(rows)
      return (mean, values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(rows))
    }
    let (fromBase, sampled) = (moments("fromBase"), moments("sampled"))
    let error = ((fromBase.variance + sampled.variance) / Double(rows)).squareRoot()
    #expect(abs(fromBase.mean - sampled.mean) < 4 * error)
    #expect(fromBase.variance < sampled.variance)
  }
}
