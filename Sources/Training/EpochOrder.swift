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
  /// With a window, their blocks are put in random order and cut into windows; the examples of a window are mixed. So
  /// any two blocks may meet in a window, in some epoch, and no block is read twice.
  package func positions(_ positions: [UInt32], epoch: Int) -> [UInt32] {
    let turn = UInt32(epoch)
    guard let window else {
      return stream.permutation(of: positions.count, turn: turn).map { positions[Int($0)] }
    }
    let blocks = blocks(of: positions, window.rowsPerBlock)
    let order = stream.permutation(of: blocks.count, turn: turn)
    var result: [UInt32] = []
    result.reserveCapacity(positions.count)
    for (index, first) in stride(from: 0, to: order.count, by: window.blockCount).enumerated() {
      let chosen = order[first..<min(first + window.blockCount, order.count)]
      let rows = chosen.flatMap { positions[blocks[Int($0)]] }
      let mixed = stream.permutation(of: rows.count, turn: turn, part: UInt32(index + 1))
      for place in mixed { result.append(rows[Int(place)]) }
    }
    return result
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
