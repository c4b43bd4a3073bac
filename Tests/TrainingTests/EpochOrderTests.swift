import Examples
import Testing
import Training

@Suite struct EpochOrderTests {
  private let positions = (0..<1000).filter { $0 % 7 != 3 }.map { UInt32($0) }

  private func order(_ window: ShuffleWindow?, epoch: Int = 0, seed: Int = 1) -> [UInt32] {
    EpochOrder(seed: seed, window: window).positions(positions, epoch: epoch)
  }

  @Test(arguments: [nil, ShuffleWindow(rowsPerBlock: 9, blockCount: 5)])
  func everyExampleComesOnceInEveryEpoch(window: ShuffleWindow?) {
    let orders = (0..<3).map { order(window, epoch: $0) } + [order(window, seed: 2)]
    for order in orders { #expect(order.sorted() == positions) }
    #expect(Set(orders).count == 4)
    #expect(order(window) == orders[0])
  }

  /// At any time the examples of at most as many blocks are wanted as the window has, and of about as many nearly always; which
  /// meet changes with the epoch.
  @Test(arguments: [1, 8, 40]) func aWindowHoldsItsBlocks(blockCount: Int) {
    var companions: Set<Set<UInt32>> = []
    for epoch in 0..<4 {
      let order = order(ShuffleWindow(rowsPerBlock: 10, blockCount: blockCount), epoch: epoch)
      var (first, last): ([UInt32: Int], [UInt32: Int]) = ([:], [:])
      for (turn, position) in order.enumerated() {
        last[position / 10] = turn
        if first[position / 10] == nil { first[position / 10] = turn }
      }
      let counts = order.indices.map { turn in
        first.keys.count { first[$0, default: 0] <= turn && turn <= last[$0, default: 0] }
      }
      #expect(counts.max() ?? 0 <= blockCount)
      let mean = Double(counts.reduce(0, +)) / Double(counts.count)
      #expect(mean > 0.7 * Double(blockCount), "\(mean) blocks at once")
      let start = first[0, default: 0]
      companions.insert(
        Set(order[max(0, start - 20)..<min(order.count, start + 20)].map { $0 / 10 }))
    }
    #expect(companions.count == 4)
  }

  /// Within a window the order is no longer that of the file: neighbours are far apart.
  @Test func examplesOfAWindowAreMixed() {
    let order = order(ShuffleWindow(rowsPerBlock: 10, blockCount: 50))
    let neighbours = zip(order, order.dropFirst()).count { $1 == $0 + 1 }
    #expect(neighbours < 20, "\(neighbours) of \(order.count)")
  }
}

/// How well windows mix, in numbers that `Documentation/files.md` has: 60,000 examples sorted by ten classes, in 45 blocks.
@Suite struct ShuffleQualityTests {
  private static let count = 60_000
  private let positions = (0..<UInt32(count)).map { $0 }

  /// Spearman's correlation between where an example lies and when it comes.
  private func rankCorrelation(_ order: [UInt32]) -> Double {
    let middle = Double(order.count - 1) / 2
    var (product, square) = (0.0, 0.0)
    for (turn, position) in order.enumerated() {
      product += (Double(turn) - middle) * (Double(position) - middle)
      square += (Double(turn) - middle) * (Double(turn) - middle)
    }
    return product / square
  }

  /// Classes among the 128 examples of a minibatch, in the mean.
  private func classCount(_ order: [UInt32]) -> Double {
    let batches = stride(from: 0, to: order.count - 127, by: 128).map { first in
      Set(order[first..<first + 128].map { $0 / 6000 }).count
    }
    return Double(batches.reduce(0, +)) / Double(batches.count)
  }

  @Test(arguments: [nil, 3, 6, 12, 23] as [Int?]) func mixing(blockCount: Int?) {
    let window = blockCount.map { ShuffleWindow(rowsPerBlock: 1337, blockCount: $0) }
    let orders = (0..<20).map {
      EpochOrder(seed: 3, window: window).positions(positions, epoch: $0)
    }
    let correlations = orders.map(rankCorrelation)
    let mean = correlations.reduce(0, +) / 20
    let spread = (correlations.map { $0 * $0 }.reduce(0, +) / 20).squareRoot()
    let classes = orders.map(classCount).reduce(0, +) / 20
    print(
      "windows of \(blockCount.map(String.init) ?? "all") blocks: rank correlation \(mean) ± \(spread), "
        + "\(classes) classes in a minibatch")
    // Blocks come in random order: as of 45 ranks, or of all.
    #expect(abs(mean) < 0.1 && spread < (blockCount == nil ? 0.01 : 0.3))
    #expect(classes > Double(min(blockCount ?? 10, 8)) * 0.7)
  }
}
