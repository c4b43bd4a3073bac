package import Examples
internal import RandomStreams

/// The order in which an epoch takes examples: a function of seed, epoch and window alone.
package struct EpochOrder {
  private let stream: Stream
  /// Where there is none, all examples are mixed.
  private let window: ShuffleWindow?

  package init(seed: Int, window: ShuffleWindow?) {
    stream = Stream(seed: UInt64(seed), purpose: .shuffling)
    self.window = window
  }

  /// Examples in the order of an epoch.
  ///
  /// With a window of K blocks, the blocks that have an example are put in random order, and each is spread over the time in which K of them
  /// are read: its examples come at random times within it. So at any time the examples of K blocks are mixed, of which one
  /// goes when the next one comes, and no block is read twice. The order takes from each of K equal parts of the file in turn: a file
  /// that is sorted is mixed as well as one that is not.
  package func positions(_ positions: [UInt32], epoch: Int) -> [UInt32] {
    let turn = UInt32(epoch)
    guard let window else {
      return stream.permutation(of: positions.count, turn: turn).map { positions[Int($0)] }
    }
    let blocks = blocks(of: positions, window.rowsPerBlock)
    let order = blockOrder(count: blocks.count, parts: window.blockCount, turn)
    var slots = [[Arrival]](repeating: [], count: blocks.count)
    var result: [UInt32] = []
    result.reserveCapacity(positions.count)
    var next = 0
    for slot in slots.indices {
      // At most K blocks are spread over slots to come.
      while next < order.count, next < slot + window.blockCount {
        let isLast = next >= order.count - window.blockCount
        let span = max(0, next - window.blockCount + 1)..<(isLast ? order.count : next + 1)
        for position in positions[blocks[order[next]]] {
          let time = Double(span.count) * stream.uniform(position, turn, 1)
          let place = span.lowerBound + Int(time)
          slots[place].append(Arrival(time: time + Double(span.lowerBound), position: position))
        }
        next += 1
      }
      result += slots[slot].sorted().map(\.position)
      slots[slot] = []
    }
    return result
  }

  /// Blocks in an order of rounds, each of which takes one from each part of the file, as long as it has any.
  private func blockOrder(count: Int, parts: Int, _ turn: UInt32) -> [Int] {
    let parts = min(parts, count)
    let drawn = (0..<count).map { stream.uniform(UInt32($0), turn, 2) }
    var places: [(round: Int, draw: Double, block: Int)] = []
    for part in 0..<parts {
      let blocks = (part * count / parts..<(part + 1) * count / parts).sorted {
        (drawn[$0], $0) < (drawn[$1], $1)
      }
      for (round, block) in blocks.enumerated() {
        places.append((round, stream.uniform(UInt32(block), turn, 3), block))
      }
    }
    return places.sorted { $0 < $1 }.map(\.block)
  }

  /// When an example comes; blocks are the unit.
  private struct Arrival: Comparable {
    let time: Double
    let position: UInt32

    static func < (a: Arrival, b: Arrival) -> Bool {
      (a.time, a.position) < (b.time, b.position)
    }
  }

  /// Where in ascending positions those of each block are.
  private func blocks(of positions: [UInt32], _ rowsPerBlock: Int) -> [Range<Int>] {
    var blocks: [Range<Int>] = []
    var first = 0
    for index in positions.indices.dropFirst()
    where Int(positions[index]) / rowsPerBlock != Int(positions[first]) / rowsPerBlock {
      blocks.append(first..<index)
      first = index
    }
    if !positions.isEmpty { blocks.append(first..<positions.count) }
    return blocks
  }
}
