internal import DataParallel
internal import Examples
internal import Execution
internal import Foundation
internal import GraphIR
internal import GraphPasses
internal import GraphReference
internal import Models
internal import Runs
internal import Training

extension Verification {
  /// Compares gradients computed in three ways at one point: by central differences, by the graph's
  /// derivatives in the Double interpreter, and by the engine that trains.
  ///
  /// Large models are checked on few examples.
  public func gradients() throws -> [VerificationCheck] {
    let rows = rowCount()
    let point = try GradientPoint(
      model, configuration.training, data.training, rows: rows, shards: min(2, rows), seed: seed)
    progress("gradients by the interpreter")
    let graphs = point.graphs { model.gradientGraph(rows: $0, of: rows) }
    let sums = graphs.summedOutputs(point.interpret(graphs, parameters: point.tensors))
    return [
      differences(at: point, gradients: sums),
      try engine(at: point, expected: sums),
    ]
  }

  /// Examples that the interpreter can take in seconds: a few 10⁸ of its products.
  private func rowCount() -> Int {
    let graph = model.gradientGraph(rows: 1)
    let plan = Plan(graph, table: ParameterTable(model.parameters))
    let affordable = Int(1.5e9 / max(1, plan.productFlops))
    // Statistics of two examples can be degenerate; an example alone has none.
    let least = model.seesShard || model.seesMinibatch ? 6 : 2
    return min(data.training.positions.count, max(least, min(8, affordable)))
  }

  /// One random direction of signs over all trained parameters: two evaluations of the objective,
  /// whatever their number.
  ///
  /// ReLUs stay on the side of their kink that they are on at the point.
  ///
  /// - Numerics: the truncation of a central difference is O(h²), its rounding O(ε/h) of the
  ///   objective. Which of the two is larger depends on the model, so steps from 3·10⁻⁶ downwards are
  ///   tried until one agrees; a wrong derivative agrees at none.
  private func differences(at point: GradientPoint, gradients: [Tensor]) -> VerificationCheck {
    let graph = model.gradientGraph(rows: 1)
    let plain = point.graphs { model.trainingGraph(rows: $0, of: point.rows) }
    var random = SplitMix64(seed: seed &+ 1)
    let direction = graph.parameters.map {
      $0.isTrained ? random.signs($0.shape) : Tensor(repeating: 0, shape: $0.shape)
    }
    var analytic = 0.0
    for (output, gradient) in zip(graph.outputs, gradients) {
      guard case .gradient(let index) = output.role else { continue }
      analytic += zip(gradient.values, direction[index].values).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let frozen = zip(plain, point.interpret(plain, parameters: point.tensors)).map {
      $0.withFrozenBranches(at: $1)
    }
    guard let objective = frozen[0].graph.output(.metric("objective")) else {
      preconditionFailure("a training graph without an objective")
    }
    func value(_ step: Double) -> Double {
      let moved = zip(point.tensors, direction).map { $0.adding($1.map { $0 * step }) }
      let results = point.interpret(
        frozen.map(\.graph), parameters: moved, more: frozen.map(\.inputs))
      return results.reduce(0) { $0 + $1[objective.index][0] }
    }
    let allowed = 1e-6
    var best = Double.infinity
    for h in [3e-6, 3e-7, 3e-8] {
      progress("gradients by central differences")
      let (above, below) = (value(h), value(-h))
      let scale = max(1, abs(analytic), abs(above))
      let error = abs((above - below) / (2 * h) - analytic) / scale
      if error < best { best = error }
      if best <= allowed { break }
    }
    return VerificationCheck(
      check: "derivatives", isPassed: best <= allowed,
      compared: "interpreter in Double against central differences, "
        + "\(point.rows) examples in \(point.shards) shards",
      figure: off(best, allowed))
  }

  func off(_ error: Double, _ allowed: Double) -> String {
    String(format: "off by %.1e of %.0e allowed", error, allowed)
  }
}

extension [Graph] {
  /// The outputs of shards' graphs, added up.
  func summedOutputs(_ results: [[Tensor]]) -> [Tensor] {
    var sums: [Tensor] = []
    for (graph, values) in zip(self, results) {
      let outputs = graph.outputs.map { values[$0.value.index] }
      sums = sums.isEmpty ? outputs : zip(sums, outputs).map { $0.adding($1) }
    }
    return sums
  }
}

extension Tensor {
  func adding(_ other: Tensor) -> Tensor {
    Tensor(shape: shape, values: zip(values, other.values).map(+))
  }
}
