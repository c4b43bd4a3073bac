import GraphIR
import GraphReference
import Testing

@Suite struct DeterministicNoiseTests {
  @Test func aDrawDependsOnSeedAndStreamAlone() {
    let (noise, other) = (deterministicNoise(seed: 7), deterministicNoise(seed: 8))
    #expect(noise(.uniform, 3, .examples, [4, 5]) == noise(.uniform, 3, .examples, [4, 5]))
    #expect(noise(.uniform, 3, .examples, [4, 5]) != noise(.uniform, 2, .examples, [4, 5]))
    #expect(noise(.uniform, 3, .examples, [4, 5]) != other(.uniform, 3, .examples, [4, 5]))
    #expect(
      noise(.uniform, 3, .examples, [4, 5]).values.starts(
        with: noise(.uniform, 3, .examples, [7]).values))
  }

  @Test func numberedRowsAreThoseOfOneNumbering() {
    let noise = deterministicNoise(seed: 7)
    let all = noise(.standardNormal, 3, .numbered(from: 0), [6, 5])
    #expect(all == noise(.standardNormal, 3, .examples, [6, 5]))
    #expect(
      noise(.standardNormal, 3, .numbered(from: 3), [3, 5]).values == Array(all.values[15...]))
  }

  @Test func columnsArePermutations() {
    let draws = deterministicNoise(seed: 7)(.permutation, 3, .numbered(from: 0), [9, 40])
    let columns = (0..<40).map { column in (0..<9).map { draws[$0 * 40 + column] } }
    #expect(columns.allSatisfy { $0.sorted() == (0..<9).map(Double.init) })
    #expect(Set(columns).count == 40)
  }

  /// Moments of n = 40 000 draws, within five standard errors.
  @Test func distributionsHaveTheirMoments() {
    let n = 40_000
    func moments(_ distribution: NoiseDistribution) -> (mean: Double, variance: Double) {
      let x = deterministicNoise(seed: 9)(distribution, 0, .examples, [n]).values
      let mean = x.reduce(0, +) / Double(n)
      return (mean, x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(n))
    }
    let root = Double(n).squareRoot()
    let normal = moments(.standardNormal)
    #expect(abs(normal.mean) < 5 / root)
    #expect(abs(normal.variance - 1) < 5 * 2.0.squareRoot() / root)
    let uniform = moments(.uniform)
    #expect(abs(uniform.mean - 0.5) < 5 * (1.0 / 12).squareRoot() / root)
    #expect(abs(uniform.variance - 1.0 / 12) < 5 * (1.0 / 180).squareRoot() / root)
    let draws = deterministicNoise(seed: 9)(.uniform, 0, .examples, [n]).values
    #expect(draws.allSatisfy { $0 >= 0 && $0 < 1 })
  }

  /// The published generator's first numbers from seed 1234567.
  @Test func splitMixGivesItsKnownNumbers() {
    var random = SplitMix64(seed: 1_234_567)
    let numbers = [random.next(), random.next(), random.next()]
    #expect(
      numbers == [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423])
  }
}
