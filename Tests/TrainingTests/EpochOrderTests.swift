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

  /// A window holds whole blocks, no block is in two, and which meet changes with the epoch.
  @Test func aWindowHoldsWholeBlocks() {
    let window = ShuffleWindow(rowsPerBlock: 10, blockCount: 8)
    var partners: [Set<UInt32>] = []
    for epoch in 0..<4 {
      var rest = order(window, epoch: epoch)[...]
      var seen: Set<UInt32> = []
      while !rest.isEmpty {
        var blocks: Set<UInt32> = []
        // All rows of as many blocks as a window has.
        let part = rest.prefix { row in
          blocks.insert(row / 10)
          return blocks.count <= 8
        }
        let found = Set(part.map { $0 / 10 })
        #expect(seen.isDisjoint(with: found))
        #expect(part.count == positions.count { found.contains($0 / 10) })
        seen.formUnion(found)
        if found.contains(0) { partners.append(found) }
        rest = rest.dropFirst(part.count)
      }
      #expect(seen.count == 100)
    }
    #expect(Set(partners).count == 4)
  }

  /// Within a window the order is no longer that of the file: neighbours are far apart.
  @Test func examplesOfAWindowAreMixed() {
    let order = order(ShuffleWindow(rowsPerBlock: 10, blockCount: 50))
    let neighbours = zip(order, order.dropFirst()).count { $1 == $0 + 1 }
    #expect(neighbours < 20, "\(neighbours) of \(order.count)")
  }
}
