internal import Glibc
package import HDF5

/// A table of people with columns of several kinds, some of whose values are missing.
///
/// A hidden group g of `student`, `worker`, `retired` has the weights 0.2, 0.55, 0.25. Then
///
///     age      ~ N((22, 42, 71)[g], (2, 11, 6)[g]²)
///     income   = exp(N((9, 10.5, 10)[g], 0.4²))
///     visits   ~ Poisson((1, 2, 6)[g])
///     member   ~ Bernoulli((0.1, 0.4, 0.7)[g])
///     city     0…3 with weights (4, 3, 2, 1), for the retired (1, 2, 3, 4)
///
/// Of each value but the age one in twenty is missing at random, and income moreover with probability
/// 1 / (1 + exp((age − 30) / 4)): the young do not tell. `x` `[N, 5]` float32 has 0 where `mask` `[N, 5]` uint8, which is 1
/// where a value is there, says that it is missing; `complete` `[N, 5]` has all values; `labels` the groups. Income is in
/// thousands.
package struct MixedTable: ProceduralSet {
  package static let name = "table"
  package static let meaning =
    "A table with columns of several kinds, a mask of its missing values, and the values that are missing."
  static let columns = ["age", "income", "visits", "member", "city"]
  package let count: Int
  private let seed: Int

  package init(size: Int, seed: Int) { (count, self.seed) = (size, seed) }

  package func fill(_ file: HDF5File, _ progress: (Int, Int) throws -> Void) throws {
    var (complete, shown, mask): ([Float], [Float], [UInt8]) = ([], [], [])
    var labels: [Int32] = []
    for row in 0..<count {
      var draws = Draws(seed: seed, row: row)
      let g = draws.choice(of: [0.2, 0.55, 0.25])
      let age = [22.0, 42, 71][g] + [2.0, 11, 6][g] * draws.normal()
      let values = [
        age,
        exp([9, 10.5, 10][g] + 0.4 * draws.normal()) / 1000,
        Double(draws.poisson([1.0, 2, 6][g])),
        draws.uniform() < [0.1, 0.4, 0.7][g] ? 1 : 0,
        Double(draws.choice(of: g == 2 ? [1, 2, 3, 4] : [4, 3, 2, 1])),
      ]
      var isThere = values.map { _ in draws.uniform() >= 0.05 }
      isThere[0] = true
      if draws.uniform() < 1 / (1 + exp((age - 30) / 4)) { isThere[1] = false }
      complete += values.map { Float($0) }
      shown += zip(values, isThere).map { $1 ? Float($0) : 0 }
      mask += isThere.map { $0 ? 1 : 0 }
      labels.append(Int32(g))
      if row % 4096 == 0 { try progress(row, count) }
    }
    let shape = [count, Self.columns.count]
    try file.write("x", shape: shape, values: shown.span, deflate: 4)
    try file.write("mask", shape: shape, values: mask.span, deflate: 4)
    try file.write("complete", shape: shape, values: complete.span, deflate: 4)
    try file.write("labels", classes: labels, ["student", "worker", "retired"])
    for name in ["x", "mask", "complete"] {
      try file.setAttribute("names", of: name, to: .strings(Self.columns))
    }
  }
}
