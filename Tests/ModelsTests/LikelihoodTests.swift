import Foundation
import GraphIR
import GraphReference
import Models
import Testing

/// log p(x|z) against the textbook's formulas, element by element.
@Suite struct LikelihoodTests {
  private static let x = [0.0, 1, 0.25, 1]
  private static let y = [0.3, -2.0, 0.8, 5]

  /// Emits the likelihood of one example under two samples: y and −y.
  private func evaluate(_ choice: String) throws -> (logDensity: Tensor, mean: Tensor) {
    let read = try model(section(likelihood: choice), exampleShape: [4])
    let emission = Emission(mode: .inference, exampleCount: 1, declaring: read.parameters)
    let x = emission.input("x", [1, 4])
    let y = emission.input("y", [1, 2, 4])
    emission.output(
      .result("logDensity"), read.likelihood.logDensity(of: x.inserting(axis: 1), given: y))
    emission.output(.result("mean"), read.likelihood.mean(y))
    let graph = emission.graph
    let parameters = graph.parameters.map { Tensor(repeating: 0.6, shape: $0.shape) }
    let inputs = [
      "x": Tensor(shape: [1, 4], values: Self.x),
      "y": Tensor(shape: [1, 2, 4], values: Self.y + Self.y.map { -$0 }),
    ]
    let result = Evaluation(graph, inputs: inputs, parameters: parameters)
    return (result[.result("logDensity")], result[.result("mean")])
  }

  private func expect(
    _ choice: String, density: (Double, Double) -> Double, mean: (Double) -> Double
  ) throws {
    let result = try evaluate(choice)
    #expect(result.logDensity.shape == [1, 2])
    for (sample, sign) in [1.0, -1].enumerated() {
      let expected = zip(Self.x, Self.y).map { density($0, sign * $1) }.reduce(0, +)
      #expect(agree(result.logDensity[sample], expected), "\(choice), sample \(sample)")
    }
    let y = Self.y + Self.y.map { -$0 }
    #expect(zip(result.mean.values, y.map(mean)).allSatisfy(agree))
  }

  @Test func bernoulli() throws {
    func probability(_ y: Double) -> Double { 1 / (1 + exp(-y)) }
    try expect(
      #""bernoulli""#,
      density: { x, y in x * log(probability(y)) + (1 - x) * log(1 - probability(y)) },
      mean: probability)
  }

  @Test(arguments: [
    (#""gaussian""#, 1.0), (#"{ "gaussian": { "standardDeviation": 0.5 } }"#, 0.25),
    // The learned log σ² is the parameter, 0.6.
    (#"{ "gaussian": { "standardDeviation": "learned" } }"#, exp(0.6)),
  ])
  func gaussian(choice: String, variance: Double) throws {
    try expect(
      choice,
      density: { x, y in
        log(exp(-(x - y) * (x - y) / (2 * variance)) / (2 * .pi * variance).squareRoot())
      },
      mean: { $0 })
  }

  @Test func squaredError() throws {
    try expect(#""squaredError""#, density: { -0.5 * ($0 - $1) * ($0 - $1) }, mean: { $0 })
  }

  @Test func multinomial() throws {
    let result = try evaluate(#""multinomial""#)
    for (sample, sign) in [1.0, -1].enumerated() {
      let weights = Self.y.map { exp(sign * $0) }
      let probabilities = weights.map { $0 / weights.reduce(0, +) }
      let expected = zip(Self.x, probabilities).map { $0 * log($1) }.reduce(0, +)
      #expect(agree(result.logDensity[sample], expected), "sample \(sample)")
    }
    let read = try model(section(likelihood: #""multinomial""#), exampleShape: [4])
    let graph = read.decoderGraph(rows: 3)
    let evaluation = Evaluation(
      graph, inputs: arbitraryInputs(graph, seed: 3),
      parameters: arbitraryParameters(graph, seed: 4))
    let mean = evaluation[.result("mean")]
    for row in 0..<3 {
      let sum = (0..<4).reduce(0) { $0 + mean[row * 4 + $1] }
      #expect(agree(sum, 1), "probabilities of row \(row) sum to \(sum)")
    }
  }
}
