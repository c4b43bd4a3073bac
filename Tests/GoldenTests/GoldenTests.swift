import DataParallel
import EngineTestSupport
import Examples
import Execution
import GraphIR
import GraphPasses
import GraphRuns
import Models
import Optimizers
import Testing

/// The engine, in float32 and with its own optimiser, against PyTorch in float64.
@Suite struct GoldenTests {
  @Test func everyCaseOfTheFileIsHere() throws {
    for name in GoldenCase.names { _ = try GoldenCase(name) }
    #expect(try GoldenCase.fileCases() == GoldenCase.names.sorted())
  }

  @Test(arguments: GoldenCase.names)
  func forwardValues(name: String) throws {
    let golden = try GoldenCase(name)
    let graph = golden.forwardGraph()
    let memory = golden.parameterMemory()
    let found = try runOnce(
      graph, parameters: memory, inputs: ["x": golden.rows, "beta": [Float(golden.beta)]])
    for (output, values) in zip(graph.outputs, found) {
      guard case .result(let tensor) = output.role else { continue }
      expectClose(values, golden[tensor]!, within: 1e-4, "\(name) \(tensor)")
    }
    let isPoint = name == "autoencoder_mse"
    #expect(graph.outputs.count == (isPoint ? 2 : 3))
  }

  @Test(arguments: GoldenCase.names)
  func metricsAndGradients(name: String) throws {
    let golden = try GoldenCase(name)
    for (shards, deferring) in golden.shardCounts.flatMap({ [($0, true), ($0, false)] }) {
      let run = GoldenRun(golden, stateCount: 1, shards: shards, deferring: deferring)
      // With v = 0 before, v ← 0.5 · v + g leaves the mean gradient in the moment.
      try run.step(.sgd(rate: 0, momentum: 0.5, nesterov: false))
      #expect(abs(run.metric("objective") - golden["loss"]![0]) <= 1e-5 * golden["loss"]![0])
      let reconstruction = golden["reconstruction"]![0]
      #expect(abs(run.metric("reconstruction") - reconstruction) <= 1e-5 * reconstruction)
      // A point has no divergence; the file's is that of a head that only it has.
      let kl = name == "autoencoder_mse" ? 0 : golden["kl"]![0]
      #expect(abs(run.metric("kl") - kl) <= 1e-5 * kl)
      for (index, parameter) in golden.model.parameters.enumerated() where parameter.isTrained {
        let expected = try #require(golden.parameter(parameter.name, under: "grads"))
        // A gradient that is zero but for rounding is measured by what cancels in it.
        expectClose(
          run.engine.states[0][index], expected, within: 1e-4,
          leastNorm: golden.hasZeroGradient(parameter.name) ? 0.1 : 0,
          "\(name) with \(shards) shards: gradient of \(parameter.name)")
      }
    }
  }

  @Test(arguments: GoldenCase.names)
  func threeStepsOfAdam(name: String) throws {
    let golden = try GoldenCase(name)
    for shards in golden.shardCounts {
      let run = GoldenRun(golden, stateCount: 2, shards: shards)
      for step in 1...3 {
        try run.step(
          .adam(rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0, count: step))
        for (index, parameter) in golden.model.parameters.enumerated() where parameter.isTrained {
          let expected = try #require(golden.parameter(parameter.name, under: "adam/\(step)"))
          let found = run.engine.parameters[index]
          let worst = zip(found, expected).map { abs(Double($0) - $1) }.max() ?? 0
          // Adam scales a gradient that is zero but for rounding up to a whole step.
          let limit = golden.hasZeroGradient(parameter.name) ? 1.01e-3 * Double(step) : 1e-5
          #expect(
            worst <= limit && found.count == expected.count,
            "\(name), \(shards) shards, step \(step): \(parameter.name) off by \(worst)")
        }
        if step == 1 { expectStatistics(run, golden) }
      }
    }
  }

  private func expectStatistics(_ run: GoldenRun, _ golden: GoldenCase) {
    var count = 0
    for (index, parameter) in golden.model.parameters.enumerated() where !parameter.isTrained {
      guard let expected = golden["running/\(parameter.name)"] else {
        Issue.record("no \(parameter.name) in \(golden.name)")
        continue
      }
      let worst = zip(run.engine.parameters[index], expected).map { abs(Double($0) - $1) }.max()
      #expect(worst ?? 1 <= 1e-5, "\(golden.name): \(parameter.name)")
      count += 1
    }
    #expect(count == (golden.hasBatchNorm ? 6 : 0))
  }
}

/// ‖found − expected‖ ≤ tolerance · ‖expected‖, where a norm below `leastNorm` counts as that.
func expectClose(
  _ found: [Float], _ expected: [Double], within tolerance: Double, leastNorm: Double = 0,
  _ what: String
) {
  #expect(found.count == expected.count, "\(what)")
  let error = norm(zip(found, expected).map { Double($0) - $1 })
  #expect(error <= tolerance * max(norm(expected), leastNorm), "\(what): off by \(error)")
}

/// Euclidean.
func norm(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
