internal import DataParallel
internal import Examples
internal import Execution
internal import GraphIR
internal import GraphPasses
internal import GraphReference
internal import Models
internal import Optimizers
internal import Runs
internal import Training

extension Verification {
  /// The engine's gradients against the interpreter's: for each parameter the distance of the two as
  /// vectors, relative to the gradient's length, or to a thousandth of that of all gradients together
  /// where it is smaller (a bias before a normalisation has none).
  ///
  /// - Parameter expected: what the interpreter gave for the outputs of the graph, over all shards.
  /// - Numerics: float32 makes some hundred roundings of 2⁻²⁴, which cancellation enlarges. Of a
  ///   million ReLUs, one may have an argument that float32 cannot tell from 0; so where the distance
  ///   is larger, twice the distance that turning all such ReLUs makes is allowed as well. bfloat16
  ///   rounds by 2⁻⁹ and turns many.
  func engine(at point: GradientPoint, expected: [Tensor]) throws -> VerificationCheck {
    progress("gradients by the engine")
    let found = try engineGradients(at: point)
    let graph = model.gradientGraph(rows: 1)
    let base = point.precision == .float32 ? 1e-4 : 0.2
    let gradients = graph.gradients(expected)
    let scales = scales(of: gradients.map(\.tensor))
    let distances = gradients.map { gradient in
      gradient.tensor.distance(
        to: found[gradient.index].map { Double($0) * Double(point.rows) })
    }
    var allowed = gradients.map { _ in base }
    if zip(distances, scales).contains(where: { !($0 <= base * $1) }) {
      let turned = graph.gradients(turned(at: point))
      for (index, scale) in scales.enumerated() {
        let change = gradients[index].tensor.distance(to: turned[index].tensor.values)
        allowed[index] += 2 * change / scale
      }
    }
    var worst = (name: "", error: 0.0, allowed: base)
    for (index, scale) in scales.enumerated() {
      let error = distances[index] / scale
      // Written so that a NaN is the worst, and stays it.
      if worst.error.isFinite, !(error / allowed[index] <= worst.error / worst.allowed) {
        let name = graph.parameters[gradients[index].index].name
        worst = (name, error.isNaN ? .infinity : error, allowed[index])
      }
    }
    return VerificationCheck(
      check: "gradients", isPassed: worst.error <= worst.allowed,
      compared: "engine in \(point.precision.rawValue) against the interpreter, "
        + "\(gradients.count) parameters, \(point.rows) examples in \(point.shards) shards",
      figure: off(worst.error, worst.allowed)
        + (worst.name.isEmpty ? "" : ", most at \(worst.name)"))
  }

  private func scales(of gradients: [Tensor]) -> [Double] {
    let whole = gradients.reduce(0) { $0 + $1.squaredLength }.squareRoot()
    return gradients.map {
      max($0.squaredLength.squareRoot(), 1e-3 * whole, .leastNormalMagnitude)
    }
  }

  /// The interpreter's results with every ReLU turned whose argument float32 may not tell from 0.
  private func turned(at point: GradientPoint) -> [Tensor] {
    progress("gradients by the interpreter beside the kinks of ReLUs")
    let plain = point.graphs { model.trainingGraph(rows: $0, of: point.rows) }
    let frozen = zip(plain, point.interpret(plain, parameters: point.tensors)).map {
      $0.withFrozenBranches(at: $1, turningWithin: 1e-5)
    }
    let graphs = frozen.map { $0.graph.differentiated(of: .metric("objective")) }
    return graphs.summedOutputs(
      point.interpret(graphs, parameters: point.tensors, more: frozen.map(\.inputs)))
  }

  /// A step of momentum that moves nothing leaves the mean gradient in the state.
  private func engineGradients(at point: GradientPoint) throws -> [[Float]] {
    let family = PlanFamily(
      table: point.table, fieldNames: model.fieldNames, scalarNames: model.scalarNames,
      precision: point.precision, seesMinibatch: model.seesMinibatch
    ) { model.gradientGraph(rows: $0.rows, of: $0.minibatch) }
    let memory = ParameterMemory(point.table)
    for (index, values) in point.parameters.enumerated() { memory[index] = values }
    let engine = StepEngine(
      family, parameters: memory, stateCount: 1, batchSize: point.rows,
      shardCount: point.shards, threadCount: point.shards)
    _ = try engine.step(
      (0..<UInt32(point.rows)).map { $0 }, 0..<point.rows, from: point.examples,
      scalars: point.scalars,
      noise: (point.noiseSeed, 0), update: .sgd(rate: 0, momentum: 0.5, nesterov: false),
      penalty: WeightPenalty(), clipNorm: nil)
    return point.table.entries.indices.map { engine.states[0][$0] }
  }
}

extension Graph {
  /// The gradients among the results of the outputs, with the parameters' indices.
  fileprivate func gradients(_ results: [Tensor]) -> [(index: Int, tensor: Tensor)] {
    zip(outputs, results).compactMap { output, result in
      guard case .gradient(let index) = output.role else { return nil }
      return (index, result)
    }
  }
}

extension Tensor {
  /// Sum of squares.
  var squaredLength: Double { values.reduce(0) { $0 + $1 * $1 } }

  fileprivate func distance(to other: [Double]) -> Double {
    zip(values, other).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
  }
}
