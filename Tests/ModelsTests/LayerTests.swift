import GraphIR
import GraphReference
import Models
import Testing

/// What layers compute, where the graph's own tests do not say it.
@Suite struct LayerTests {
  /// A model whose reconstruction is its decoder's `layers` between reshapes of a 2-channel image.
  private func through(
    _ layers: String, rows: Int, mode: EmissionMode
  ) throws -> (graph: Graph, parameters: [Tensor]) {
    let decoder =
      #"[{ "reshape": { "channels": 2, "height": 1, "width": 3 } }, \#(layers), "flatten"]"#
    let read = try model(
      section(posterior: #"{ "deterministic": { "latent": 6 } }"#, decoder: decoder),
      exampleShape: [6])
    let emission = Emission(mode: mode, exampleCount: rows, declaring: read.parameters)
    let z = emission.input("z", [rows, 6])
    emission.output(.result("y"), read.decoder.emit(z).end)
    return (emission.graph, arbitraryParameters(emission.graph, seed: 1))
  }

  @Test func flattenAndReshapeKeepPyTorchsOrder() throws {
    let (graph, parameters) = try through(#""relu""#, rows: 2, mode: .inference)
    let z = Tensor(shape: [2, 6], values: (0..<12).map(Double.init))
    let result = Evaluation(graph, inputs: ["z": z], parameters: parameters)
    #expect(result[.result("y")] == z)
    let image = try #require(graph.nodes.first { $0.shape == [2, 1, 3, 2] })
    let values = Interpreter(graph).values(
      inputs: ["z": z], parameters: parameters, noise: deterministicNoise(seed: 0))
    let position = try #require(graph.nodes.firstIndex(of: image))
    #expect(values[position].values.prefix(6) == [0, 3, 1, 4, 2, 5])
  }

  @Test func batchNormReportsItsStatisticsTimesExamples() throws {
    let (graph, parameters) = try through(#""batchNorm""#, rows: 2, mode: .training)
    let z = Tensor(shape: [2, 6], values: [1, 2, 3, 0, 0, 0, 4, 5, 6, 0, 0, 6])
    let result = Evaluation(graph, inputs: ["z": z], parameters: parameters)
    func index(_ name: String) throws -> Int {
      try #require(graph.parameters.firstIndex { $0.name == "decoder.batchNorm1.\(name)" })
    }
    // Channels 1…6 and five zeros and a 6; variances with the divisor 5: 3.5 and 6; times 2 rows.
    let mean = result[.statistic(try index("running_mean"))].values
    let variance = result[.statistic(try index("running_var"))].values
    #expect(zip(mean, [7, 2]).allSatisfy(agree))
    #expect(zip(variance, [7, 12]).allSatisfy(agree))
  }

  @Test func batchNormInferenceUsesRunningStatistics() throws {
    let (graph, _) = try through(#""batchNorm""#, rows: 1, mode: .inference)
    let parameters = graph.parameters.map { declaration in
      let value =
        switch declaration.name.split(separator: ".").last {
        case "running_mean": 3.0
        case "running_var": 4 - 1e-5
        case "bias": 0.5
        default: 1.0
        }
      return Tensor(repeating: value, shape: declaration.shape)
    }
    let z = Tensor(shape: [1, 6], values: [1, 2, 3, 4, 5, 6])
    let y = Evaluation(graph, inputs: ["z": z], parameters: parameters)[.result("y")]
    #expect(zip(y.values, [-0.5, 0, 0.5, 1, 1.5, 2]).allSatisfy(agree))
    #expect(graph.outputs.count == 1)
  }

  @Test func dropoutDrawsForExamplesAndOnlyInTraining() throws {
    let json = section(
      decoder: #"[{ "dropout": { "probability": 0.25 } }, { "dense": { "units": 4 } }]"#,
      objective: #"{ "iwae": { "samples": 5 } }"#)
    let read = try model(json, exampleShape: [4])
    func noise(_ graph: Graph) -> [Shape] {
      graph.nodes.compactMap {
        if case .random(.uniform, _, _, let shape) = $0.op { shape } else { nil }
      }
    }
    #expect(noise(read.trainingGraph(rows: 3)) == [[3, 5, 2]])
    #expect(noise(read.evaluationGraph(rows: 3)) == [])
  }

  @Test func dropoutKeepsTheMean() throws {
    let (graph, parameters) = try through(
      #"{ "dropout": { "probability": 0.25 } }"#, rows: 2000, mode: .training)
    let ones = Tensor(repeating: 1, shape: [2000, 6])
    let y = Evaluation(graph, inputs: ["z": ones], parameters: parameters)[.result("y")].values
    #expect(Set(y) == [0, 1 / 0.75])
    // Standard error of the mean of 12,000 elements: √(0.25 / 0.75 / 12000) = 0.0053; four of them.
    #expect(abs(y.reduce(0, +) / 12000 - 1) < 0.021)
  }
}
