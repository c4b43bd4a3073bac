package import GraphIR
internal import GraphPasses
package import GraphReference

/// A directional derivative, computed in two ways.
package struct GradientCheck: Sendable, CustomStringConvertible {
  /// By central differences.
  package var numeric: Double
  /// ⟨gradient, direction⟩ by the differentiated graph.
  package var analytic: Double
  /// max(1, |analytic|, |objective|): what an error is relative to, because the rounding of a
  /// difference grows with the objective, ε · |objective| / h.
  package var scale: Double

  /// |numeric − analytic| / scale.
  package var relativeError: Double { abs(numeric - analytic) / scale }

  /// Both numbers and their distance, in one line.
  package var description: String {
    "numeric \(numeric), analytic \(analytic), relative error \(relativeError)"
  }
}

/// Differentiates `.metric("objective")` along one random direction of signs over all trained
/// parameters: two evaluations of the graph as it is against the gradients of
/// `differentiated(of:)`, whatever the number of parameters.
///
/// - Parameters:
///   - graph: a graph with a scalar output `.metric("objective")`, not differentiated.
///   - inputs: the data by name.
///   - parameters: the point, one per declaration, statistics included.
///   - noise: held fixed over all evaluations.
///   - seed: of the direction.
///   - h: step; ∛ε balances truncation, O(h²), and rounding, O(ε/h).
package func gradientCheck(
  graph: Graph, inputs: [String: Tensor], parameters: [Tensor],
  noise: (NoiseDistribution, Int, NoiseRows, Shape) -> Tensor, seed: UInt64, h: Double = 6e-6
) -> GradientCheck {
  var random = SplitMix64(seed: seed)
  let direction = graph.parameters.map {
    $0.isTrained ? random.signs($0.shape) : Tensor(repeating: 0, shape: $0.shape)
  }
  func objective(at step: Double) -> Double {
    var moved = parameters
    for index in moved.indices {
      for position in moved[index].values.indices {
        moved[index][position] += step * direction[index][position]
      }
    }
    let results = Interpreter(graph).run(inputs: inputs, parameters: moved, noise: noise)
    guard let position = graph.outputs.firstIndex(where: { $0.role == .metric("objective") })
    else { preconditionFailure("gradientCheck: the graph has no output metric(\"objective\")") }
    return results[position][0]
  }
  let (above, below) = (objective(at: h), objective(at: -h))
  let differentiated = graph.differentiated(of: .metric("objective"))
  let results = Interpreter(differentiated).run(
    inputs: inputs, parameters: parameters, noise: noise)
  var analytic = 0.0
  for (output, gradient) in zip(differentiated.outputs, results) {
    guard case .gradient(let index) = output.role else { continue }
    for (slope, change) in zip(gradient.values, direction[index].values) {
      analytic += slope * change
    }
  }
  return GradientCheck(
    numeric: (above - below) / (2 * h), analytic: analytic,
    scale: max(1, abs(analytic), abs(above)))
}
