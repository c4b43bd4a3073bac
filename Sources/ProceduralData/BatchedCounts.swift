internal import Glibc
package import HDF5

/// Counts of 200 genes in cells of three types from two batches, by a negative binomial model.
///
/// The set draws once: for a gene g a base b_g ~ Gamma(0.5); for a type t factors exp(1.2 n), n ~ N(0, 1), of one gene in five,
/// else 1; for a batch s factors exp(0.3 n); and an inverse dispersion θ_g = 0.5 + Gamma(2). The shares ρ_{t,g} are b_g times
/// the type's factor, divided by their sum. A cell has a type (weights 5, 3, 2), a batch (evenly), a size
/// l = exp(N(log 500, 0.3²)), and for each gene
///
///     μ_g = l ρ_{t,g} · batch factor_{s,g},  λ_g ~ Gamma(θ_g) μ_g / θ_g,  x_g ~ Poisson(λ_g)
///
/// so that x_g has the mean μ_g and the variance μ_g + μ_g² / θ_g. `x` in CSR form, `labels` the types, `batch`, `size` `[N]`;
/// of the set `shares` `[3, 200]`, `batchFactors` `[2, 200]`, `inverseDispersion` `[200]`.
package struct BatchedCounts: ProceduralSet {
  package static let name = "counts"
  package static let meaning =
    "Counts of 200 genes in cells of three types and two batches, by a known negative binomial model; in CSR form."
  static let geneCount = 200
  package let count: Int
  private let seed: Int
  package let shares: [[Double]]
  package let batchFactors: [[Double]]
  package let inverseDispersion: [Double]

  package init(size: Int, seed: Int) {
    (count, self.seed) = (size, seed)
    var draws = Draws(seed: seed, row: nil)
    let genes = 0..<Self.geneCount
    let bases = genes.map { _ in draws.gamma(0.5) + 0.01 }
    shares = (0..<3).map { _ in
      let rates = bases.map { $0 * (draws.uniform() < 0.2 ? exp(1.2 * draws.normal()) : 1) }
      let sum = rates.reduce(0, +)
      return rates.map { $0 / sum }
    }
    batchFactors = (0..<2).map { _ in genes.map { _ in exp(0.3 * draws.normal()) } }
    inverseDispersion = genes.map { _ in 0.5 + draws.gamma(2) }
  }

  package func fill(_ file: HDF5File, _ progress: (Int, Int) throws -> Void) throws {
    var (types, batches, sizes): ([Int32], [Int32], [Double]) = ([], [], [])
    var matrix = SparseRows(columnCount: Self.geneCount)
    for row in 0..<count {
      var draws = Draws(seed: seed, row: row)
      let (type, batch) = (draws.choice(of: [5, 3, 2]), draws.below(2))
      let size = exp(log(500) + 0.3 * draws.normal())
      matrix.append(
        (0..<Self.geneCount).map { gene in
          let mean = size * shares[type][gene] * batchFactors[batch][gene]
          let shape = inverseDispersion[gene]
          return draws.poisson(draws.gamma(shape) * mean / shape)
        })
      types.append(Int32(type))
      batches.append(Int32(batch))
      sizes.append(size)
      if row % 64 == 0 { try progress(row, count) }
    }
    try file.write("x", matrix)
    try file.write("labels", classes: types, ["type 0", "type 1", "type 2"])
    try file.write("batch", classes: batches, ["batch 0", "batch 1"])
    try file.write("size", shape: [count], sizes)
    try file.write("shares", shape: [3, Self.geneCount], shares.flatMap(\.self))
    try file.write("batchFactors", shape: [2, Self.geneCount], batchFactors.flatMap(\.self))
    try file.write("inverseDispersion", shape: [Self.geneCount], inverseDispersion)
  }
}
