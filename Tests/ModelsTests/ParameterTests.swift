import GraphIR
import Models
import Testing

/// Names, shapes and starts of parameters are those of PyTorch's layers.
@Suite struct ParameterTests {
  private static func convolutional() throws -> Model {
    let encoder = """
      [{ "conv": { "channels": 6, "kernel": 3, "stride": 2, "padding": 1 } }, "batchNorm", "relu",
       "flatten"]
      """
    let decoder = """
      [{ "dense": { "units": 147 } }, { "reshape": { "channels": 3, "height": 7, "width": 7 } },
       { "convTranspose": { "channels": 2, "kernel": 3, "stride": 2, "padding": 1 } }]
      """
    let json = section(
      encoder: encoder, decoder: decoder,
      likelihood: #"{ "gaussian": { "standardDeviation": "learned" } }"#)
    return try model(json, exampleShape: [13, 13, 2])
  }

  @Test func namesShapesAndStarts() throws {
    let weight = ParameterDeclaration.Role.trained(isWeight: true)
    let other = ParameterDeclaration.Role.trained(isWeight: false)
    let average = ParameterDeclaration.Role.statistic(momentum: 0.1)
    func uniform(_ fanIn: Int) -> Initializer { .uniform(bound: 1 / Double(fanIn).squareRoot()) }
    let expected: [(String, Shape, Initializer, ParameterDeclaration.Role)] = [
      ("encoder.conv1.weight", [6, 2, 3, 3], uniform(18), weight),
      ("encoder.conv1.bias", [6], uniform(18), other),
      ("encoder.batchNorm1.weight", [6], .constant(1), other),
      ("encoder.batchNorm1.bias", [6], .constant(0), other),
      ("encoder.batchNorm1.running_mean", [6], .constant(0), average),
      ("encoder.batchNorm1.running_var", [6], .constant(1), average),
      ("posterior.mean.weight", [2, 294], uniform(294), weight),
      ("posterior.mean.bias", [2], uniform(294), other),
      ("posterior.logVariance.weight", [2, 294], uniform(294), weight),
      ("posterior.logVariance.bias", [2], uniform(294), other),
      ("decoder.dense1.weight", [147, 2], uniform(2), weight),
      ("decoder.dense1.bias", [147], uniform(2), other),
      ("decoder.convTranspose1.weight", [3, 2, 3, 3], uniform(18), weight),
      ("decoder.convTranspose1.bias", [2], uniform(18), other),
      ("likelihood.logVariance", [], .constant(0), other),
    ]
    #expect(
      try Self.convolutional().parameters
        == expected.map {
          ParameterDeclaration(name: $0.0, shape: $0.1, initializer: $0.2, role: $0.3)
        })
  }

  @Test func flowDeclaresItsMaps() throws {
    let flow = try model(
      section(posterior: #"{ "planarFlow": { "latent": 4, "maps": 2 } }"#), exampleShape: [4])
    let maps = flow.parameters.filter { $0.name.hasPrefix("posterior.flow") }
    #expect(
      maps.map(\.name) == [
        "posterior.flow1.u", "posterior.flow1.w", "posterior.flow1.b", "posterior.flow2.u",
        "posterior.flow2.w", "posterior.flow2.b",
      ])
    #expect(maps.map(\.shape) == [[4], [4], [], [4], [4], []])
    #expect(maps[1].initializer == .uniform(bound: 0.5))
  }

  @Test func allGraphsDeclareTheSameParametersAndKeepTheRules() throws {
    let read = try Self.convolutional()
    let graphs = [
      read.trainingGraph(rows: 3), read.evaluationGraph(rows: 2), read.encoderGraph(rows: 4),
      read.decoderGraph(rows: 4), read.reconstructionGraph(rows: 1),
      try read.importanceGraph(rows: 2, samples: 5),
    ]
    for graph in graphs {
      try graph.verify()
      #expect(graph.parameters == read.parameters)
    }
  }
}
