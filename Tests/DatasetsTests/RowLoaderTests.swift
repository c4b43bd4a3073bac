import Datasets
import Foundation
import Synchronization
import Testing

@Suite struct RowLoaderTests {
  /// Which blocks were read, in the order in which they were begun.
  private final class Log: Sendable {
    let blocks = Mutex<[Range<Int>]>([])
    func note(_ rows: Range<Int>) { blocks.withLock { $0.append(rows) } }
    var sorted: [Range<Int>] { blocks.withLock { $0.sorted { $0.lowerBound < $1.lowerBound } } }
  }

  /// Rows as they come into memory.
  private final class Memory: Sendable {
    let values = Mutex([Int](repeating: -1, count: 1000))
    func fill(_ rows: Range<Int>) { values.withLock { for row in rows { $0[row] = row } } }
    func holds(_ rows: [UInt32]) -> Bool {
      values.withLock { values in rows.allSatisfy { values[Int($0)] == Int($0) } }
    }
  }

  private func has(_ rows: [UInt32], in loader: RowLoader) -> Bool { loader.hasLoaded(rows.span) }

  private struct Damage: Error, Equatable { let row: Int }

  @Test func onlyWhatIsAskedForIsRead() throws {
    let log = Log()
    let loader = RowLoader(rowCount: 95, blockRows: 10) { log.note($0) }
    try loader.load(([94, 31, 38, 5] as [UInt32]).span)
    #expect(log.sorted == [0..<10, 30..<40, 90..<95])
    let (isThere, isNotThere) = (has([94, 30, 39, 0], in: loader), has([94, 40], in: loader))
    #expect(isThere && !isNotThere)
    try loader.load(([33] as [UInt32]).span)
    #expect(log.sorted.count == 3)
    try loader.finish()
    #expect(log.sorted == (0..<10).map { $0 * 10..<min(95, $0 * 10 + 10) })
  }

  /// Many threads ask while the background reads: each block is read once, and what was asked for is
  /// there on return.
  @Test func blocksAreReadOnce() async throws {
    let log = Log()
    let memory = Memory()
    let loader = RowLoader(rowCount: 1000, blockRows: 7) { rows in
      log.note(rows)
      Thread.sleep(forTimeInterval: 0.0005)
      memory.fill(rows)
    }
    loader.start()
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for task in 0..<8 {
        group.addTask {
          let rows = (0..<50).map { UInt32(($0 * 131 + task * 17) % 1000) }
          try loader.load(rows.span)
          return memory.holds(rows)
        }
      }
      for try await isThere in group { #expect(isThere) }
    }
    try loader.finish()
    #expect(log.sorted == (0..<143).map { $0 * 7..<min(1000, $0 * 7 + 7) })
  }

  /// The first damaged block is named, whichever was met first; nobody waits for ever.
  @Test func theFirstDamageIsTold() throws {
    for asked in [990, 700, 300, 0] as [UInt32] {
      let loader = RowLoader(rowCount: 1000, blockRows: 10) { rows in
        if [300, 700, 990].contains(rows.lowerBound) { throw Damage(row: rows.lowerBound) }
      }
      if asked == 0 {
        try loader.load(([asked] as [UInt32]).span)
      } else {
        #expect(throws: Damage(row: 300)) { try loader.load(([asked] as [UInt32]).span) }
      }
      #expect(throws: Damage(row: 300)) { try loader.finish() }
      #expect(throws: Damage(row: 300)) { try loader.load(([1] as [UInt32]).span) }
    }
  }

  /// What was read is let go: a file is closed after its last row.
  @Test func theReadingIsLetGo() throws {
    final class File: Sendable {}
    weak var file: File?
    var loader: RowLoader?
    do {
      let open = File()
      file = open
      loader = RowLoader(rowCount: 20, blockRows: 10) { [open] _ in withExtendedLifetime(open) {} }
    }
    #expect(file != nil)
    try loader?.finish()
    #expect(file == nil)
  }

  @Test func nobodyReadsForExamplesThatAreGone() throws {
    let log = Log()
    let loader = RowLoader(rowCount: 1000, blockRows: 1) { rows in
      log.note(rows)
      Thread.sleep(forTimeInterval: 0.001)
    }
    loader.start()
    loader.cancel()
    Thread.sleep(forTimeInterval: 0.05)
    #expect(log.sorted.count <= 8)
  }
}
