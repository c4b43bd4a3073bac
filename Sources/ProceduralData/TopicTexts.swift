package import HDF5

/// Bags of words of documents on ten topics: latent Dirichlet allocation.
///
/// A topic's words have the frequencies 1/1, 1/2, …, 1/1000 over their sum, in an order of its own. A document has the
/// proportions θ ~ Dirichlet(0.2, …), 20 + Poisson(60) words, and for each word first a topic by θ and then a word by the topic.
/// `x` `[N, 1000]` in CSR form, `proportions` `[N, 10]` float32, `topics` `[10, 1000]` float32: the frequencies,
/// `vocabulary`, `labels` the topic of the largest proportion.
/// - Source: Blei, Ng & Jordan, "Latent Dirichlet Allocation", JMLR 3 (2003), section 3.
package struct TopicTexts: ProceduralSet {
  package static let name = "topics"
  package static let meaning =
    "Bags of words of documents on ten known topics, with their proportions; in CSR form."
  static let (topicCount, wordCount) = (10, 1000)
  package let count: Int
  private let seed: Int
  /// Frequencies of the words of each topic, of sum 1.
  package let topics: [[Double]]

  package init(size: Int, seed: Int) {
    (count, self.seed) = (size, seed)
    let weights = zipfWeights(Self.wordCount)
    let sum = weights.reduce(0, +)
    var draws = Draws(seed: seed, row: nil)
    topics = (0..<Self.topicCount).map { _ in
      let order = (0..<Self.wordCount).map { ($0, draws.uniform()) }.sorted { $0.1 < $1.1 }
      var frequencies = [Double](repeating: 0, count: Self.wordCount)
      for (rank, word) in order.enumerated() { frequencies[word.0] = weights[rank] / sum }
      return frequencies
    }
  }

  package func fill(_ file: HDF5File, _ progress: (Int, Int) throws -> Void) throws {
    var (proportions, labels): ([Double], [Int32]) = ([], [])
    var matrix = SparseRows(columnCount: Self.wordCount)
    let sums = topics.map { ProceduralData.sums(of: $0) }
    for row in 0..<count {
      var draws = Draws(seed: seed, row: row)
      let mixture = draws.dirichlet(0.2, count: Self.topicCount)
      var counts = [Int](repeating: 0, count: Self.wordCount)
      for _ in 0..<20 + draws.poisson(60) {
        counts[draws.choice(ofSums: sums[draws.choice(of: mixture)])] += 1
      }
      matrix.append(counts)
      proportions += mixture
      let largest = mixture.indices.max { mixture[$0] < mixture[$1] } ?? 0
      labels.append(Int32(largest))
      if row % 256 == 0 { try progress(row, count) }
    }
    try file.write("x", matrix)
    try file.write("proportions", shape: [count, Self.topicCount], proportions)
    try file.write("topics", shape: [Self.topicCount, Self.wordCount], topics.flatMap(\.self))
    try file.write("labels", classes: labels, (0..<Self.topicCount).map { "topic \($0)" })
    try file.writeStrings("vocabulary", (0..<Self.wordCount).map { "word\($0)" })
  }
}
