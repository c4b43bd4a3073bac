internal import Dispatch
package import Examples
internal import Foundation
internal import Host
internal import Teamwork

/// Reads blocks of rows when they are wanted, and gives their memory back when they are not wanted any more: for data that do
/// not fit in memory.
///
/// Who expects an order knows when each block is wanted first and last. So blocks are read ahead in that order while there is
/// room, and go as soon as the minibatch is over that wanted them last. A block that nobody expected is read all the same, and goes
/// before the next load that does not want it.
///
/// Safety: a block is read by the one thread that took it; what it wrote is seen by all who learn under the lock that it is there.
/// It goes in a call of `load`, when no thread uses what was loaded before.
package final class RowStream: RowSupply, @unchecked Sendable {
  private enum Block { case absent, taken, there }

  /// How rows lie in blocks, and what they take.
  package struct Layout: Sendable {
    /// Number of rows.
    package var rowCount: Int
    /// Rows of a block; the last may have fewer.
    package var rowsPerBlock: Int
    /// Bytes of memory that a block takes.
    package var byteCount: @Sendable (_ rows: Range<Int>) -> Int
    /// Bytes that blocks may take together.
    package var capacity: Int
    /// Bytes of all rows.
    package var total: Int

    package init(
      rowCount: Int, rowsPerBlock: Int, capacity: Int, total: Int,
      byteCount: @escaping @Sendable (_ rows: Range<Int>) -> Int
    ) {
      (self.rowCount, self.rowsPerBlock, self.capacity) = (rowCount, rowsPerBlock, capacity)
      (self.total, self.byteCount) = (total, byteCount)
    }
  }

  private let layout: Layout
  private let blockCount: Int
  private let read: RowLoader.Reading
  private let release: @Sendable (_ rows: Range<Int>) -> Void
  private let condition = NSCondition()
  // All below under the condition's lock.
  private var blocks: [Block]
  private var bytesTaken = 0
  private var failures: [Int: any Error] = [:]
  private var readerCount = 0
  private var isCancelled = false
  private var expectation = Expectation()
  /// Blocks that go before the next load that does not want them: their last expected use is over, or they were read
  /// out of turn.
  private var guests: [Int] = []

  /// What is known of the examples to come.
  private struct Expectation {
    var order: [UInt32] = []
    /// Of those that come next.
    var position = 0
    /// Blocks in the order in which they are wanted first, and the next to read.
    var firstUses: [Int32] = []
    var nextToRead = 0
    /// Blocks in the order in which they are wanted last, and the next to go.
    var lastUses: [Int32] = []
    var nextToGo = 0
    /// Where in `order` each block is wanted last; −1 for nowhere.
    var end: [Int] = []
  }

  /// - Parameters:
  ///   - read: reads the rows of a block to their place, from several threads at once.
  ///   - release: gives the memory of rows back.
  package init(
    _ layout: Layout, read: @escaping RowLoader.Reading,
    release: @escaping @Sendable (_ rows: Range<Int>) -> Void
  ) {
    precondition(layout.rowCount > 0 && layout.rowsPerBlock > 0, "\(layout.rowCount) rows")
    (self.layout, self.read, self.release) = (layout, read, release)
    blockCount = (layout.rowCount + layout.rowsPerBlock - 1) / layout.rowsPerBlock
    blocks = [Block](repeating: .absent, count: blockCount)
    expectation.end = [Int](repeating: -1, count: blockCount)
  }

  /// Most of what has room is mixed; into the rest the next blocks are read.
  package var window: ShuffleWindow? {
    let room = layout.capacity / max(1, layout.total / blockCount)
    return ShuffleWindow(
      rowsPerBlock: layout.rowsPerBlock, blockCount: max(1, room - max(2, room / 8)))
  }

  private func rows(of block: Int) -> Range<Int> {
    let first = block * layout.rowsPerBlock
    return first..<min(first + layout.rowsPerBlock, layout.rowCount)
  }

  package func expect(_ order: [UInt32], from start: Int) {
    var next = Expectation()
    (next.order, next.position) = (order, start)
    next.end = [Int](repeating: -1, count: blockCount)
    for index in start..<order.count {
      let block = Int(order[index]) / layout.rowsPerBlock
      if next.end[block] < 0 { next.firstUses.append(Int32(block)) }
      next.end[block] = index
    }
    let end = next.end
    next.lastUses = next.firstUses.sorted { end[Int($0)] < end[Int($1)] }
    condition.withLock {
      expectation = next
      guests = blocks.indices.filter { blocks[$0] != .absent && end[$0] < 0 }
    }
    readAhead()
  }

  package func load(_ rows: Span<UInt32>) throws {
    var isWanted = [Bool](repeating: false, count: blockCount)
    for index in rows.indices {
      precondition(rows[index] < layout.rowCount, "RowStream: row \(rows[index])")
      isWanted[Int(rows[index]) / layout.rowsPerBlock] = true
    }
    let wanted = isWanted.indices.filter { isWanted[$0] }
    let mine = condition.withLock { () -> [Int] in
      letGo(isWanted)
      let isExpected = advance(over: rows)
      let mine = wanted.filter { take($0) }
      // A block may be expected much later by others: who reads it out of turn is not the one to keep it.
      if !isExpected { guests += mine }
      return mine
    }
    Team.forEach(mine.count, workers: mine.count) { index, _ in perform(mine[index]) }
    condition.lock()
    while wanted.contains(where: { blocks[$0] == .taken }) { condition.wait() }
    let missing = wanted.first { blocks[$0] != .there }
    let failure = missing.flatMap { failures[$0] }
    condition.unlock()
    if let failure { throw failure }
    readAhead()
  }

  package func hasLoaded(_ rows: Span<UInt32>) -> Bool {
    condition.withLock {
      rows.indices.allSatisfy {
        rows[$0] < layout.rowCount && blocks[Int(rows[$0]) / layout.rowsPerBlock] == .there
      }
    }
  }

  /// Rows are read again and again, so none are waited for; what was found to be damaged is told.
  package func finish() throws {
    let first = condition.withLock { failures.min { $0.key < $1.key }?.value }
    if let first { throw first }
  }

  package func cancel() { condition.withLock { isCancelled = true } }

  /// Notes that the next of the expected examples are here; others change nothing, and are told by false.
  private func advance(over rows: Span<UInt32>) -> Bool {
    let start = expectation.position
    guard start + rows.count <= expectation.order.count else { return false }
    for index in rows.indices where expectation.order[start + index] != rows[index] { return false }
    expectation.position += rows.count
    return true
  }

  /// Gives blocks back that are over: those that no example to come is in.
  private func letGo(_ isWanted: [Bool]) {
    while expectation.nextToGo < expectation.lastUses.count {
      let block = Int(expectation.lastUses[expectation.nextToGo])
      guard expectation.end[block] < expectation.position else { break }
      expectation.nextToGo += 1
      expectation.end[block] = -1
      guests.append(block)
    }
    guests.removeAll { block in
      if isWanted[block] || blocks[block] == .taken { return false }
      if blocks[block] == .there { discard(block) }
      return true
    }
  }

  private func discard(_ block: Int) {
    blocks[block] = .absent
    bytesTaken -= layout.byteCount(rows(of: block))
    // With absent neighbours, so that pages at the edges go too.
    let first = block > 0 && blocks[block - 1] == .absent ? block - 1 : block
    let last = block + 1 < blockCount && blocks[block + 1] == .absent ? block + 1 : block
    release(rows(of: first).lowerBound..<rows(of: last).upperBound)
  }

  private func take(_ block: Int) -> Bool {
    guard blocks[block] == .absent else { return false }
    blocks[block] = .taken
    bytesTaken += layout.byteCount(rows(of: block))
    return true
  }

  private func perform(_ block: Int) {
    var caught: (any Error)?
    do { try read(rows(of: block)) } catch { caught = error }
    condition.withLock {
      failures[block] = caught
      blocks[block] = .there
      if caught != nil { discard(block) }
      condition.broadcast()
    }
  }

  /// Lets threads in the background read what is expected next, while there is room.
  private func readAhead() {
    let most = min(8, max(1, availableThreadCount() - 1))
    let count = condition.withLock { () -> Int in
      guard readerCount < most, peek() != nil else { return 0 }
      defer { readerCount = most }
      return most - readerCount
    }
    for _ in 0..<count {
      DispatchQueue.global(qos: .utility).async { [self] in
        while let block = takeNext() { perform(block) }
      }
    }
  }

  private func takeNext() -> Int? {
    condition.withLock {
      guard let block = peek(), take(block) else {
        readerCount -= 1
        return nil
      }
      return block
    }
  }

  /// The next block that is expected, is not there, and has room.
  private func peek() -> Int? {
    guard !isCancelled else { return nil }
    while expectation.nextToRead < expectation.firstUses.count {
      let block = Int(expectation.firstUses[expectation.nextToRead])
      if blocks[block] == .absent, expectation.end[block] >= 0, failures[block] == nil {
        let hasRoom = bytesTaken + layout.byteCount(rows(of: block)) <= layout.capacity
        return hasRoom ? block : nil
      }
      expectation.nextToRead += 1
    }
    return nil
  }
}
