public import Examples
internal import Glibc
internal import GraphIR
internal import GraphRuns
internal import Models
internal import RandomStreams
internal import Training

extension ModelRunner {
  /// Measures the model on examples.
  ///
  /// - Parameters:
  ///   - samples: importance samples per example for log p(x); nil for no such estimate.
  ///   - seed: seed of the draws.
  ///   - progress: told the fraction that is done.
  /// - Throws: `ConfigurationError` where samples are asked for and the model has no density, or
  ///   what a failing kernel throws.
  public func evaluate(
    _ examples: ExampleSet, samples: Int? = nil, seed: UInt64 = 0,
    progress: (Double) -> Void = { _ in }
  ) throws -> EvaluationResult {
    let estimate = try samples.map {
      try logLikelihood(examples, samples: $0, seed: seed, progress: progress)
    }
    let model = model
    let moment = Moment(epoch: model.warmUpEndEpoch, exampleCount: examples.positions.count)
    let scalars = model.scalars(at: moment).map { Float($0) }
    let results = try run(.evaluation, on: examples, scalars: scalars, noise: (key(seed), .max))
    guard let metrics = Metrics(results, terms: model.termNames) else {
      preconditionFailure("an evaluation needs an example")
    }
    return EvaluationResult(
      examples: examples.positions.count, elbo: metrics.elbo,
      reconstruction: metrics.reconstruction,
      kl: metrics.kl, activeUnits: metrics.activeUnits, logLikelihood: estimate)
  }

  private func key(_ seed: UInt64) -> UInt64 { Stream(seed: seed, purpose: .evaluation).key }

  /// log p(x) ≈ log 1/K Σ p(x|z) p(z) / q(z|x), for z drawn from q(z|x).
  ///
  /// Samples are drawn in passes of at most 50, whose sums are joined in double.
  ///
  /// - Source: Burda et al., arXiv:1509.00519, eq. 8 and section 5.
  private func logLikelihood(
    _ examples: ExampleSet, samples: Int, seed: UInt64, progress: (Double) -> Void
  ) throws -> LogLikelihood {
    let perPass = min(samples, 50)
    _ = try model.importanceGraph(rows: 1, samples: 1)
    var sums = [LogSum](repeating: LogSum(), count: examples.positions.count)
    // Blocks of examples bound the memory that log-weights take.
    let block = 2000
    let passes = (samples + perPass - 1) / perPass
    var done = 0
    for start in stride(from: 0, to: examples.positions.count, by: block) {
      let rows = Array(examples.positions[start..<min(start + block, examples.positions.count)])
      let some = ExampleSet(examples.source, positions: rows)
      for pass in 0..<passes {
        let count = min(perPass, samples - pass * perPass)
        let weights =
          try run(.importance(samples: count), on: some, noise: (key(seed), UInt32(pass)))
          .rows("logWeights") ?? []
        for (index, weight) in weights.enumerated() { sums[start + index / count].add(weight) }
        done += 1
        progress(Double(done) / Double(passes * ((examples.positions.count + block - 1) / block)))
      }
    }
    let values = sums.map { $0.value - log(Double(samples)) }
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / max(1, count - 1)
    return LogLikelihood(
      samples: samples, mean: mean, standardError: (variance / count).squareRoot())
  }
}

/// log Σ exp of numbers that come one by one; not a number once one of them is not.
package struct LogSum {
  private var highest = -Double.infinity
  private var scaled = 0.0

  /// The sum of no numbers, −∞.
  package init() {}

  /// Adds e to the power of a number.
  package mutating func add(_ number: Float) {
    let x = Double(number)
    if x > highest {
      scaled = scaled * exp(highest - x) + 1
      highest = x
    } else if x != -.infinity {
      scaled += exp(x - highest)
    }
  }

  /// log Σ exp.
  package var value: Double { highest + log(scaled) }
}
