internal import Glibc
internal import RandomStreams

/// Random numbers of one row, one after another; a row's do not depend on how many other rows there are.
package struct Draws {
  private let stream: Stream
  private let row: UInt32
  private var place: UInt32 = 0

  /// The numbers of a row; what belongs to the set as a whole has `row` nil.
  package init(seed: Int, row: Int?) {
    stream = Stream(seed: UInt64(bitPattern: Int64(seed)), purpose: .generation)
    self.row = row.map { UInt32(truncatingIfNeeded: $0) } ?? .max
  }

  /// Uniform on [0, 1).
  package mutating func uniform() -> Double {
    place += 1
    return stream.uniform(row, place)
  }

  /// Standard normal.
  package mutating func normal() -> Double {
    place += 1
    return stream.normal(row, place)
  }

  /// Uniform on `0..<count`.
  package mutating func below(_ count: Int) -> Int {
    min(Int(uniform() * Double(count)), count - 1)
  }

  /// A place with a probability proportional to its weight.
  package mutating func choice(of weights: [Double]) -> Int {
    var rest = uniform() * weights.reduce(0, +)
    for (place, weight) in weights.enumerated() {
      rest -= weight
      if rest < 0 { return place }
    }
    return weights.count - 1
  }

  /// A place by sums of weights: as `choice(of:)`, by bisection.
  package mutating func choice(ofSums sums: [Double]) -> Int {
    let wanted = uniform() * (sums.last ?? 0)
    var (low, high) = (0, sums.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if sums[middle] > wanted { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// Gamma of a shape and the scale 1.
  ///
  /// - Source: Marsaglia & Tsang, "A Simple Method for Generating Gamma Variables", ACM TOMS 26 (2000), 363–372.
  package mutating func gamma(_ shape: Double) -> Double {
    if shape < 1 { return gamma(shape + 1) * pow(1 - uniform(), 1 / shape) }
    let d = shape - 1 / 3.0
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = normal()
      let v = (1 + c * x) * (1 + c * x) * (1 + c * x)
      if v > 0, log(1 - uniform()) < 0.5 * x * x + d * (1 - v + log(v)) { return d * v }
    }
  }

  /// Poisson; a large mean is the sum of two halves.
  ///
  /// - Complexity: O(mean).
  package mutating func poisson(_ mean: Double) -> Int {
    if mean > 30 { return poisson(mean / 2) + poisson(mean / 2) }
    var (count, left) = (0, uniform())
    var probability = exp(-mean)
    while left >= probability, count < 1000 {
      left -= probability
      count += 1
      probability *= mean / Double(count)
    }
    return count
  }

  /// Dirichlet, all of whose parameters are equal.
  package mutating func dirichlet(_ parameter: Double, count: Int) -> [Double] {
    let parts = (0..<count).map { _ in max(gamma(parameter), 1e-300) }
    let sum = parts.reduce(0, +)
    return parts.map { $0 / sum }
  }
}

/// The first 1/1, 1/2, 1/3 …: how often the most popular are, as Zipf found it in texts.
func zipfWeights(_ count: Int) -> [Double] { (0..<count).map { 1 / Double($0 + 1) } }

/// Sums of all up to each.
func sums(of weights: [Double]) -> [Double] {
  var sum = 0.0
  return weights.map { weight in
    sum += weight
    return sum
  }
}
