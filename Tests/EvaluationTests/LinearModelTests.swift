import Configuration
import DataParallel
import Evaluation
import Examples
import Foundation
import Models
import Testing
import Training

/// With a linear decoder and Gaussian noise, log p(x) has a closed form.
@Suite struct LinearModelTests {
  private static let decoder = [[0.8, -0.3], [0.1, 0.9], [-0.5, 0.4], [0.6, 0.7]]
  private static let offset = [0.2, -0.1, 0.05, 0.3]

  /// A model with σ = ½ whose encoder knows a little of the posterior, with 40 examples.
  private func runner(threads: Int) throws -> (ModelRunner, examples: ExampleSet, exact: Double) {
    let json = """
      { "encoder": [], "posterior": { "gaussian": { "latent": 2 } },
        "decoder": [{ "dense": { "units": 4 } }],
        "likelihood": { "gaussian": { "standardDeviation": 0.5 } } }
      """
    let model = try Model(reading: JSONNode.parse(json, file: nil), exampleShape: [4])
    let encoder = Self.decoder[0].indices.flatMap { z in Self.decoder.map { Float(0.5 * $0[z]) } }
    let arrays = [
      NamedArray(name: "posterior.mean.weight", shape: [2, 4], values: encoder),
      NamedArray(name: "posterior.mean.bias", shape: [2], values: [0, 0]),
      NamedArray(
        name: "posterior.logVariance.weight", shape: [2, 4],
        values: [Float](repeating: 0, count: 8)),
      NamedArray(name: "posterior.logVariance.bias", shape: [2], values: [-1.2, -1.2]),
      NamedArray(
        name: "decoder.dense1.weight", shape: [4, 2],
        values: Self.decoder.flatMap { $0 }.map { Float($0) }),
      NamedArray(name: "decoder.dense1.bias", shape: [4], values: Self.offset.map { Float($0) }),
    ]
    let rows = (0..<40).map { row in (0..<4).map { sin(Double(row * 4 + $0) * 1.7) * 1.2 } }
    let known = LinearGaussian(weight: Self.decoder, offset: Self.offset, variance: 0.25)
    let examples = ExampleSet(DenseExamples(rows.flatMap { $0 }.map { Float($0) }, shape: [4]))
    let exact = rows.map(known.logDensity).reduce(0, +) / 40
    return (try ModelRunner(model, parameters: arrays, threadCount: threads), examples, exact)
  }

  @Test func closedFormOfOneDimension() {
    let normal = LinearGaussian(weight: [[3]], offset: [1], variance: 16)
    // N(1, 25) at 11: two standard deviations away.
    #expect(abs(normal.logDensity([11]) - (-0.5 * log(2 * .pi) - log(5) - 2)) < 1e-12)
  }

  /// 120 samples are more than one pass draws.
  @Test func importanceSamplesAgreeWithTheClosedForm() throws {
    let (runner, examples, exact) = try runner(threads: 2)
    let result = try runner.evaluate(examples, samples: 2000)
    let estimate = try #require(result.logLikelihood)
    #expect(estimate.samples == 2000)
    // The relative variance of a weight here is below 4; over 2,000 samples and 40 examples the
    // mean's error has a deviation of √(4/2000/40) ≈ 0.007, and its bias is −4/4000.
    #expect(abs(estimate.mean - exact) < 0.03, "\(estimate.mean) against \(exact)")
    #expect(result.elbo < exact - 0.05)
    #expect(result.examples == 40)
    #expect(abs(result.elbo + result.reconstruction + result.kl) < 1e-9)
  }

  @Test func theBoundGrowsWithTheNumberOfSamples() throws {
    let (runner, examples, exact) = try runner(threads: 2)
    let means = try [1, 5, 60, 600].map { samples in
      try #require(try runner.evaluate(examples, samples: samples).logLikelihood).mean
    }
    #expect(zip(means, means.dropFirst()).allSatisfy { $0 < $1 + 0.02 }, "\(means)")
    #expect(means[0] < means[2] - 0.05)
    #expect(means[3] < exact + 0.03)
  }

  @Test func theStandardErrorIsThatOfTheMeanOverExamples() throws {
    let (runner, examples, _) = try runner(threads: 1)
    let whole = try #require(try runner.evaluate(examples, samples: 70).logLikelihood)
    let single = try examples.positions.map { row in
      let one = ExampleSet(examples.source, positions: [row])
      return try #require(try runner.evaluate(one, samples: 70).logLikelihood).mean
    }
    let mean = single.reduce(0, +) / 40
    let variance = single.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 39
    #expect(abs(whole.mean - mean) < 1e-5)
    #expect(abs(whole.standardError - (variance / 40).squareRoot()) < 1e-5)
  }

  @Test func resultsDoNotDependOnThreads() throws {
    let reference = try runner(threads: 1)
    let expected = try reference.0.evaluate(reference.examples, samples: 75, seed: 4)
    for threads in [2, 3, 8] {
      let (runner, examples, _) = try runner(threads: threads)
      #expect(try runner.evaluate(examples, samples: 75, seed: 4) == expected)
    }
    #expect(try reference.0.evaluate(reference.examples, samples: 75, seed: 5) != expected)
  }

  /// The best linear VAE is probabilistic PCA, whose likelihood the eigenvalues of the data's
  /// covariance give. Source: Tipping & Bishop, J. R. Stat. Soc. B 61 (1999), eq. 8; for the VAE,
  /// Lucas et al., arXiv:1911.02469.
  ///
  /// The data are made of Walsh functions, which are orthogonal with mean 0 and variance 1, along
  /// orthogonal axes: their covariance has exactly these eigenvalues.
  @Test func aLinearModelReachesTheLikelihoodOfProbabilisticPCA() throws {
    let eigenvalues = [4.0, 1.5, 0.3, 0.1]
    func walsh(_ index: Int, _ row: Int) -> Double {
      (index & row).nonzeroBitCount.isMultiple(of: 2) ? 1 : -1
    }
    let rows = (0..<64).map { row in
      (0..<4).map { column in
        (0..<4).reduce(1.0) {
          $0 + eigenvalues[$1].squareRoot() * walsh($1, column) / 2 * walsh(4 * $1 + 1, row)
        }
      }
    }
    let noise = (eigenvalues[2] + eigenvalues[3]) / 2
    let best =
      -0.5 * (4 * log(2 * Double.pi) + log(4.0) + log(1.5) + 2 * log(noise) + 4)
    let source = DenseExamples(rows.flatMap { $0 }.map { Float($0) }, shape: [4])
    let json = """
      { "encoder": [], "posterior": { "gaussian": { "latent": 2 } },
        "decoder": [{ "dense": { "units": 4 } }],
        "likelihood": { "gaussian": { "standardDeviation": "learned" } } }
      """
    let model = try Model(reading: JSONNode.parse(json, file: nil), exampleShape: [4])
    let configuration = try TrainingConfiguration(
      reading: JSONNode.parse(
        """
        { "batchSize": 64, "epochs": 4000, "schedule": "cosine",
          "optimizer": { "adam": { "learningRate": 0.02 } } }
        """, file: nil))
    let trainer = try Trainer(
      model: model, configuration: configuration, shards: 1, threads: 1,
      training: ExampleSet(source), validation: nil)
    _ = try trainer.run(afterStep: { _, _ in .proceed }, afterEpoch: { _, _ in .proceed })
    func values(_ name: String) -> [Double] {
      trainer.parameters.first { $0.name == name }?.values.map { Double($0) } ?? []
    }
    let weight = values("decoder.dense1.weight")
    let learned = LinearGaussian(
      weight: (0..<4).map { [weight[2 * $0], weight[2 * $0 + 1]] },
      offset: values("decoder.dense1.bias"), variance: exp(values("likelihood.logVariance")[0]))
    let reached = rows.map(learned.logDensity).reduce(0, +) / 64
    #expect(reached <= best + 1e-6)
    #expect(reached > best - 0.02, "\(reached) of \(best)")
    let runner = try ModelRunner(model, parameters: trainer.parameters)
    let result = try runner.evaluate(ExampleSet(source), samples: 400)
    // Where q is the exact posterior, every importance weight is p(x).
    #expect(abs(try #require(result.logLikelihood).mean - reached) < 0.02)
  }
}
