import Foundation
import HDF5
import Testing

import ProceduralData

/// What sets hold, against their formulas. A mean of n values is allowed five standard errors.
@Suite struct SetTests {
  private func made(_ set: any ProceduralSet.Type, _ size: Int, seed: Int = 1) throws -> HDF5File {
    let path = FileManager.default.temporaryDirectory.appending(path: "set-\(UUID()).h5").path()
    try set.init(size: size, seed: seed).write(to: path)
    defer { try? FileManager.default.removeItem(atPath: path) }  // It stays open.
    return try HDF5File(reading: path)
  }

  private func floats(_ file: HDF5File, _ name: String) throws -> [Double] {
    try file.read(name, as: Float.self).map { Double($0) }
  }

  /// Whether a share of n has been drawn with a probability.
  private func isNear(_ found: Int, of n: Int, _ probability: Double) -> Bool {
    let error = (probability * (1 - probability) / Double(n)).squareRoot()
    return abs(Double(found) / Double(n) - probability) <= 5 * error
  }

  private func mean(_ values: some Collection<Double>) -> Double {
    values.reduce(0, +) / Double(values.count)
  }

  private func variance(_ values: some Collection<Double>) -> Double {
    let mean = mean(values)
    return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
  }

  /// Whether values have a mean, within five standard errors.
  private func hasMean(_ values: some Collection<Double>, _ expected: Double) -> Bool {
    abs(mean(values) - expected) <= 5 * (variance(values) / Double(values.count)).squareRoot()
  }

  private func dense(_ file: HDF5File, _ rows: Int, _ columns: Int) throws -> [[Double]] {
    let starts = try file.read("x/indptr", as: Int64.self)
    let places = try file.read("x/indices", as: Int32.self)
    let values = try floats(file, "x/data")
    #expect(try file.attribute("shape", of: "x") == .integers([rows, columns]))
    return (0..<rows).map { row in
      var line = [Double](repeating: 0, count: columns)
      for i in Int(starts[row])..<Int(starts[row + 1]) { line[Int(places[i])] = values[i] }
      return line
    }
  }

  @Test func drawsHaveTheirMoments() {
    var draws = Draws(seed: 1, row: 0)
    let n = 40_000
    for shape in [0.3, 1, 4.5] {
      let values = (0..<n).map { _ in draws.gamma(shape) }
      #expect(hasMean(values, shape) && abs(variance(values) / shape - 1) < 0.1)
    }
    for expected in [0.2, 7, 100.0] {
      let values = (0..<n).map { _ in Double(draws.poisson(expected)) }
      #expect(hasMean(values, expected) && abs(variance(values) / expected - 1) < 0.1)
    }
    let dirichlet = (0..<n).map { _ in draws.dirichlet(0.2, count: 5)[3] }
    // Of a share a = 0.2 of 5: mean 1/5, variance (1/5)(4/5) / (5 · 0.2 + 1).
    #expect(hasMean(dirichlet, 0.2) && abs(variance(dirichlet) / 0.08 - 1) < 0.1)
    let chosen = (0..<n).map { _ in draws.choice(ofSums: [1, 3, 3, 4]) }
    for (place, share) in [0.25, 0.5, 0, 0.25].enumerated() {
      #expect(isNear(chosen.count { $0 == place }, of: n, share))
    }
  }

  /// A row is the same in a larger set, and differs from seed to seed.
  @Test func rowsDependOnTheSeedAlone() throws {
    for set in ProceduralSets.all where set.data == "x" {
      func values(_ size: Int, seed: Int) throws -> [Double] {
        let file = try made(set, size, seed: seed)
        let isSparse = (try? file.info("x/indptr")) != nil
        return isSparse
          ? try file.read("x/indices", as: Int32.self).map { Double($0) } : try floats(file, "x")
      }
      let short = try values(20, seed: 3)
      #expect(try values(40, seed: 3).starts(with: short) && values(20, seed: 4) != short, "\(set)")
    }
  }

  /// −E log p(x) of the mixture is its entropy: as the components hardly overlap, that of the weights and of a component.
  @Test func mixtureHasItsDensity() throws {
    let n = 20_000
    let file = try made(GaussianMixture.self, n)
    let density = try file.read("logDensity", as: Double.self)
    let weights = GaussianMixture.weights
    let entropy = -weights.reduce(0) { $0 + $1 * log($1) } + log(2 * .pi * M_E * 0.6 * 0.2)
    #expect(abs(mean(density) + entropy) < 0.02)
    let labels = try file.read("labels", as: Int32.self)
    for k in 0..<8 { #expect(isNear(labels.count { $0 == k }, of: n, weights[k])) }
    // It integrates to one.
    let grid = stride(from: -7.0, to: 7, by: 0.05)
    let sum = grid.reduce(0) { sum, x in
      sum + grid.reduce(0) { $0 + exp(GaussianMixture.logDensity(x, $1)) * 0.0025 }
    }
    #expect(abs(sum - 1) < 1e-3)
  }

  @Test func seriesFollowTheirDynamics() throws {
    let n = 2000
    let file = try made(OscillatorSeries.self, n)
    let (states, periods) = (try floats(file, "states"), try floats(file, "period"))
    let labels = try file.read("labels", as: Int32.self)
    let marks = try file.read("anomaly", as: UInt8.self)
    let x = try floats(file, "x")
    #expect(isNear(labels.count { $0 != 0 }, of: n, 0.1) && hasMean(periods, 20))
    var (noise, turned, sums): ([Double], [Double], [Double]) = ([], [], [])
    for row in 0..<n {
      let marked = marks[row * 64..<row * 64 + 64].count { $0 == 1 }
      #expect(labels[row] == 0 ? marked == 0 : (8...15).contains(marked))
      for t in 1..<64 where labels[row] == 0 {
        let (now, last) = (2 * (row * 64 + t), 2 * (row * 64 + t - 1))
        let angle = 2 * .pi / periods[row]
        turned.append(cos(angle) * states[last] - sin(angle) * states[last + 1])
        noise.append(states[now] - 0.995 * (turned.last ?? 0))
        sums.append(x[2 * now + 2] - states[now] - states[now + 1])
      }
    }
    // What is left does not depend on where the state was.
    #expect(hasMean(zip(noise, turned).map { $0 * $1 }, 0))
    #expect(hasMean(noise, 0) && abs(variance(noise) / 0.01 - 1) < 0.03)
    #expect(hasMean(sums, 0) && abs(variance(sums) / 0.0025 - 1) < 0.03)
  }

  @Test func tableMissesWhatItsFormulaSays() throws {
    let n = 20_000
    let file = try made(MixedTable.self, n)
    let (shown, complete) = (try floats(file, "x"), try floats(file, "complete"))
    let mask = try file.read("mask", as: UInt8.self)
    let labels = try file.read("labels", as: Int32.self)
    for i in shown.indices { #expect(shown[i] == (mask[i] == 1 ? complete[i] : 0)) }
    func column(_ c: Int, of group: Int32) -> [Double] {
      (0..<n).filter { labels[$0] == group }.map { complete[5 * $0 + c] }
    }
    for (group, age) in [22.0, 42, 71].enumerated() {
      #expect(hasMean(column(0, of: Int32(group)), age))
      #expect(hasMean(column(2, of: Int32(group)), [1.0, 2, 6][group]))
      #expect(hasMean(column(3, of: Int32(group)), [0.1, 0.4, 0.7][group]))
    }
    let expected = (0..<n).map { 1 - 0.95 * (1 - 1 / (1 + exp((complete[5 * $0] - 30) / 4))) }
    #expect(abs(mean((0..<n).map { 1 - Double(mask[5 * $0 + 1]) }) - mean(expected)) < 0.015)
    #expect(isNear((0..<n).count { mask[5 * $0 + 2] == 0 }, of: n, 0.05))
  }

  /// Counts over their μ have mean 1 and, by the gene, the variance 1/μ + 1/θ.
  @Test func countsAreNegativeBinomial() throws {
    let n = 4000
    let set = BatchedCounts(size: n, seed: 1)
    let file = try made(BatchedCounts.self, n)
    let (x, sizes) = (try dense(file, n, 200), try floats(file, "size"))
    let types = try file.read("labels", as: Int32.self)
    let batches = try file.read("batch", as: Int32.self)
    for (type, share) in [0.5, 0.3, 0.2].enumerated() {
      #expect(isNear(types.count { $0 == type }, of: n, share))
    }
    for gene in 0..<200 {
      let means = (0..<n).map {
        sizes[$0] * set.shares[Int(types[$0])][gene] * set.batchFactors[Int(batches[$0])][gene]
      }
      let spread = zip(means, 0..<n).map { mean, row in
        let excess = x[row][gene] - mean
        return excess / (mean + mean * mean / set.inverseDispersion[gene]).squareRoot()
      }
      // Standardised, the mean is 0 and the variance 1.
      #expect(hasMean(spread, 0), "gene \(gene)")
      if mean(means) > 1 { #expect(abs(variance(spread) - 1) < 0.3, "gene \(gene)") }
    }
  }

  @Test func topicsAreInTheirProportions() throws {
    let n = 2000
    let set = TopicTexts(size: n, seed: 1)
    let file = try made(TopicTexts.self, n)
    let (x, proportions) = (try dense(file, n, 1000), try floats(file, "proportions"))
    #expect(hasMean(x.map { $0.reduce(0, +) }, 80))
    for word in [0, 17, 400, 999] {
      let expected = (0..<n).map { row in
        let length = x[row].reduce(0, +)
        return (0..<10).reduce(0) {
          $0 + length * proportions[10 * row + $1] * set.topics[$1][word]
        }
      }
      let excess = zip(x, expected).map { $0[word] - $1 }
      #expect(hasMean(excess, 0))
    }
    for topic in 0..<10 {
      #expect(abs(set.topics[topic].reduce(0, +) - 1) < 1e-12)
      #expect(hasMean((0..<n).map { proportions[10 * $0 + topic] }, 0.1))
    }
  }

  @Test func clicksFollowTastes() throws {
    let n = 2000
    let file = try made(TasteClicks.self, n)
    let (x, tastes) = (try dense(file, n, 500), try floats(file, "tastes"))
    #expect(x.allSatisfy { $0.allSatisfy { $0 == 0 || $0 == 1 } })
    // P(item clicked | taste) = 1 − E (1 − p)^(10 + Poisson(20)) = 1 − (1 − p)^10 exp(−20 p).
    for item in [0, 1, 45, 499] {
      let weight = 1 / Double(item / 20 + 1) / (1...25).reduce(0) { $0 + 1 / Double($1) }
      let excess = (0..<n).map { row in
        let p = tastes[20 * row + item % 20] * weight
        return x[row][item] - (1 - pow(1 - p, 10) * exp(-20 * p))
      }
      #expect(hasMean(excess, 0), "item \(item)")
    }
  }

  @Test func shapesShowTheirFactors() throws {
    let n = 5000
    let set = ColouredShapes(size: n, seed: 1)
    let factors = (0..<n).map { set.factors(of: $0) }
    for (place, factor) in ColouredShapes.factors.enumerated() {
      for value in 0..<factor.1 {
        let found = factors.count { $0[place] == value }
        #expect(isNear(found, of: n, 1 / Double(factor.1)), "\(factor.0) \(value)")
      }
    }
    func area(_ scale: Int) -> Int {
      // Wall and floor are green, the body is red.
      let picture = ColouredShapes.picture(of: [3, 3, 0, scale, 2, 7])
      return (0..<64 * 64).count { picture[3 * $0] > picture[3 * $0 + 1] }
    }
    // The sphere's outline grows as the square of its scale, and a little faster as it comes nearer.
    let ratio = Double(area(7)) / Double(area(0))
    #expect(ratio > 2.4 && ratio < 3.6, "\(ratio)")
    // A hue's brightest channel: red at 0, green at a third, blue at two thirds.
    for (hue, channel) in [(0, 0), (3, 1), (7, 2)] {
      let picture = ColouredShapes.picture(of: [hue, 0, 0, 0, 0, 7])
      let corner = Array(picture[3 * 64 * 63..<3 * 64 * 63 + 3])
      #expect(corner.max() == corner[channel], "hue \(hue): \(corner)")
    }
    // Every factor changes the picture.
    for place in 0..<6 {
      var other = [1, 4, 8, 2, 0, 3]
      let picture = ColouredShapes.picture(of: other)
      other[place] += 1
      #expect(ColouredShapes.picture(of: other) != picture)
    }
  }
}
