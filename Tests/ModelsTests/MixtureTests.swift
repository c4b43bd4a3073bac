import Glibc
import GraphIR
import GraphReference
import Models
import Testing

/// A VampPrior with pseudo-inputs that are given: what it draws, and how dense it says that to be.
@Suite struct MixtureTests {
  private static let rows = 6000
  /// Means and deviations of the components' latents, far enough from each other to be told apart.
  private static let means = [[-8.0, 0], [0, 8], [9, 1]]
  private static let deviations = [[1.0, 0.5], [0.25, 1], [1, 2]]

  /// Draws of the prior with their densities; the encoder hands its input on, which the heads read.
  private func draws() throws -> (z: [[Double]], logDensity: [Double]) {
    let json = section(
      encoder: "[]",
      posterior: #"{ "gaussian": { "latent": 2 } }, "prior": { "vamp": { "components": 3 } }"#,
      likelihood: #""gaussian""#)
    let read = try model(json, exampleShape: [4])
    let emission = Emission(
      mode: .inference, exampleCount: Self.rows, fields: read.fields, declaring: read.parameters)
    let pass = read.forward(samples: 1, in: emission)
    let draw = pass.latents[0].prior.sample(1)
    emission.output(.result("z"), draw.z)
    emission.output(.result("logDensity"), try #require(draw.logDensity))
    let parameters = read.parameters.map { declaration in
      let values: [Double]? =
        switch declaration.name {
        case "prior.inputs":
          zip(Self.means, Self.deviations).flatMap { $0 + $1.map { 2 * log($0) } }
        case "posterior.mean.weight": [1, 0, 0, 0, 0, 1, 0, 0]
        case "posterior.logVariance.weight": [0, 0, 1, 0, 0, 0, 0, 1]
        default: nil
        }
      return values.map { Tensor(shape: declaration.shape, values: $0) }
        ?? Tensor(repeating: 0, shape: declaration.shape)
    }
    let results = Evaluation(
      emission.graph, inputs: arbitraryInputs(emission.graph, seed: 1), parameters: parameters)
    let z = results[.result("z")].values
    return (
      stride(from: 0, to: z.count, by: 2).map { [z[$0], z[$0 + 1]] },
      results[.result("logDensity")].values
    )
  }

  @Test func drawsAreOfEqualComponents() throws {
    let (z, logDensity) = try draws()
    var counts = [0, 0, 0]
    for (point, found) in zip(z, logDensity) {
      let each = zip(Self.means, Self.deviations).map { mean, deviation in
        (0..<2).reduce(0.0) { sum, index in
          let distance = (point[index] - mean[index]) / deviation[index]
          return sum - 0.5 * (log(2 * Double.pi) + distance * distance) - log(deviation[index])
        }
      }
      let most = each.max()!
      counts[each.firstIndex(of: most)!] += 1
      // The other components are too far to count beside it.
      let others = each.reduce(0) { $0 + exp($1 - most) }
      #expect(abs(found - (most + log(others / 3))) < 1e-9 * max(1, abs(found)))
    }
    // Standard deviation of a count: √(6000 · 2/9) = 36.5; five of them.
    #expect(counts.allSatisfy { abs($0 - Self.rows / 3) < 183 }, "\(counts)")
  }

  @Test func drawsHaveTheComponentsMoments() throws {
    let (z, _) = try draws()
    for (mean, deviation) in zip(Self.means, Self.deviations) {
      let own = z.filter { abs($0[0] - mean[0]) < 4.2 }
      for index in 0..<2 {
        let values = own.map { $0[index] }
        let average = values.reduce(0, +) / Double(values.count)
        let variance =
          values.reduce(0) { $0 + ($1 - average) * ($1 - average) } / Double(values.count)
        // About 2000 draws each: five standard errors.
        #expect(abs(average - mean[index]) < 5 * deviation[index] / 2000.0.squareRoot())
        #expect(abs(variance / (deviation[index] * deviation[index]) - 1) < 5 * 0.032)
      }
    }
  }
}
