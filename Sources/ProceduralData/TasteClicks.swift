package import HDF5

/// What users of known tastes clicked on.
///
/// 500 items belong to 20 genres in turn, item i to genre i mod 20; within a genre they are as popular as 1/1, 1/2, …, 1/25. A
/// user has the taste τ ~ Dirichlet(0.1, …) over genres, and clicks 10 + Poisson(20) times: first a genre by τ, then an item by its
/// popularity; what was clicked before counts once. `x` `[N, 500]` in CSR form, of ones; `tastes` `[N, 20]` float32,
/// `genres` `[500]` the items' genres, `items` their names.
package struct TasteClicks: ProceduralSet {
  package static let name = "clicks"
  package static let meaning =
    "Clicks of users on 500 items, by known tastes for 20 genres; in CSR form."
  static let (itemCount, genreCount) = (500, 20)
  package let count: Int
  private let seed: Int

  package init(size: Int, seed: Int) { (count, self.seed) = (size, seed) }

  package func fill(_ file: HDF5File, _ progress: (Int, Int) throws -> Void) throws {
    var tastes: [Double] = []
    var matrix = SparseRows(columnCount: Self.itemCount)
    let popularity = sums(of: zipfWeights(Self.itemCount / Self.genreCount))
    for row in 0..<count {
      var draws = Draws(seed: seed, row: row)
      let taste = draws.dirichlet(0.1, count: Self.genreCount)
      var clicks = [Int](repeating: 0, count: Self.itemCount)
      for _ in 0..<10 + draws.poisson(20) {
        let genre = draws.choice(of: taste)
        clicks[draws.choice(ofSums: popularity) * Self.genreCount + genre] = 1
      }
      matrix.append(clicks)
      tastes += taste
      if row % 256 == 0 { try progress(row, count) }
    }
    try file.write("x", matrix)
    try file.write("tastes", shape: [count, Self.genreCount], tastes)
    let genres = (0..<Self.itemCount).map { Int32($0 % Self.genreCount) }
    try file.write("genres", classes: genres, (0..<Self.genreCount).map { "genre \($0)" })
    try file.writeStrings("items", (0..<Self.itemCount).map { "item\($0)" })
  }
}
