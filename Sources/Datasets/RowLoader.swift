internal import Dispatch
internal import Examples
internal import Foundation
internal import Host
internal import Synchronization
internal import Teamwork

/// Reads blocks of rows, each once: in the background in their order, before that those that are
/// asked for.
///
/// A training's first steps wait for the blocks of their own rows alone. What is wrong with a block
/// is thrown to whoever asks for rows next; of several such blocks the first is named, whichever
/// thread came upon it when.
///
/// Safety: a block is read by the one thread that took it from `untouched`; what it wrote is seen by
/// all who learn under the lock, or from `isComplete`, that the block is done.
package final class RowLoader: RowSupply, @unchecked Sendable {
  /// Reads rows to where they belong.
  package typealias Reading = @Sendable (_ rows: Range<Int>) throws -> Void

  private enum Block { case untouched, taken, done }

  private let rowCount: Int
  private let blockRows: Int
  private let blockCount: Int
  private let isComplete = Atomic(false)
  private let condition = NSCondition()
  // All below under the condition's lock.
  private var read: Reading?
  private var blocks: [Block]
  private var endedCount = 0
  private var next = 0
  private var failure: (block: Int, error: any Error)?

  /// A loader that has read nothing yet.
  ///
  /// - Parameter read: called once for each block of `blockRows` rows, of which the last may have
  ///   fewer, from several threads at once; let go after the last.
  package init(rowCount: Int, blockRows: Int, read: @escaping Reading) {
    precondition(rowCount > 0 && blockRows > 0, "\(rowCount) rows in blocks of \(blockRows)")
    self.rowCount = rowCount
    self.blockRows = blockRows
    self.read = read
    blockCount = (rowCount + blockRows - 1) / blockRows
    blocks = [Block](repeating: .untouched, count: blockCount)
  }

  /// Begins to read in the background; the caller has a core to itself where there are several.
  package func start() {
    for _ in 0..<min(8, max(1, availableThreadCount() - 1)) {
      DispatchQueue.global(qos: .utility).async { [self] in readRest() }
    }
  }

  /// Ends reading in the background, for there is nobody left who wants the rows.
  package func cancel() { condition.withLock { next = blocks.count } }

  /// Returns once these rows are read; reads along meanwhile.
  ///
  /// - Throws: what reading a block threw, of any block so far.
  /// - Complexity: one load of an atomic once all rows are read.
  package func load(_ rows: Span<UInt32>) throws {
    if isComplete.load(ordering: .acquiring) { return }
    var isWanted = [Bool](repeating: false, count: blockCount)
    for index in rows.indices {
      precondition(rows[index] < rowCount, "RowLoader: row \(rows[index]) of \(rowCount)")
      isWanted[Int(rows[index]) / blockRows] = true
    }
    let wanted = isWanted.indices.filter { isWanted[$0] }
    Team.forEach(wanted.count, workers: wanted.count) { index, _ in
      if let read = take(wanted[index]) { perform(read, wanted[index]) }
    }
    condition.lock()
    while failure == nil, wanted.contains(where: { blocks[$0] != .done }) { condition.wait() }
    let hasFailed = failure != nil
    condition.unlock()
    if hasFailed { try finish() }
  }

  /// Whether these rows are read.
  ///
  /// - Complexity: as of `load`.
  package func hasLoaded(_ rows: Span<UInt32>) -> Bool {
    if isComplete.load(ordering: .acquiring) { return true }
    return condition.withLock {
      rows.indices.allSatisfy { rows[$0] < rowCount && blocks[Int(rows[$0]) / blockRows] == .done }
    }
  }

  /// Returns once all rows are read; reads along meanwhile.
  ///
  /// - Throws: what reading the first damaged block threw.
  package func finish() throws {
    if isComplete.load(ordering: .acquiring) { return }
    Team.perform(workers: availableThreadCount()) { _ in readRest() }
    condition.lock()
    while endedCount < blocks.count { condition.wait() }
    let failure = failure
    condition.unlock()
    if let failure { throw failure.error }
  }

  private func readRest() {
    while let (block, read) = takeNext() { perform(read, block) }
  }

  private func takeNext() -> (Int, Reading)? {
    condition.withLock {
      while next < blocks.count, blocks[next] != .untouched { next += 1 }
      guard next < blocks.count, let read else { return nil }
      blocks[next] = .taken
      return (next, read)
    }
  }

  private func take(_ block: Int) -> Reading? {
    condition.withLock {
      guard blocks[block] == .untouched else { return nil }
      blocks[block] = .taken
      return read
    }
  }

  private func perform(_ read: Reading, _ block: Int) {
    let first = block * blockRows
    var caught: (any Error)?
    do { try read(first..<min(first + blockRows, rowCount)) } catch { caught = error }
    condition.withLock {
      if caught == nil { blocks[block] = .done }  // A damaged one stays taken.
      endedCount += 1
      if let caught, block < failure?.block ?? .max { failure = (block, caught) }
      if endedCount == blocks.count {
        self.read = nil  // Closes the file.
        if failure == nil { isComplete.store(true, ordering: .releasing) }
      }
      condition.broadcast()
    }
  }
}
