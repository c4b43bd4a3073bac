import Datasets
import Examples
import Foundation
import HDF5
import Synchronization
import Testing

@Suite struct RowStreamTests {
  /// What is in memory, and what it was at most.
  private final class Memory: Sendable {
    struct Content {
      var rows: Set<Int> = []
      var most = 0
      var readCount = 0
    }
    let content = Mutex(Content())

    func read(_ rows: Range<Int>) {
      content.withLock {
        $0.rows.formUnion(rows)
        $0.most = max($0.most, $0.rows.count)
        $0.readCount += 1
      }
    }
    func release(_ rows: Range<Int>) { content.withLock { $0.rows.subtract(rows) } }
    func holds(_ rows: [UInt32]) -> Bool {
      content.withLock { content in rows.allSatisfy { content.rows.contains(Int($0)) } }
    }
    var readCount: Int { content.withLock { $0.readCount } }
    var most: Int { content.withLock { $0.most } }
  }

  private struct Damage: Error, Equatable { let row: Int }

  /// 1,003 rows of 4 bytes in blocks of 10, of which `capacity` rows fit.
  private func stream(
    _ memory: Memory, capacity: Int, damagedBlock: Int? = nil
  ) -> RowStream {
    RowStream(
      RowStream.Layout(
        rowCount: 1003, rowsPerBlock: 10, capacity: 4 * capacity, total: 4 * 1003
      ) { 4 * $0.count },
      read: { rows in
        if let damagedBlock, rows.lowerBound == damagedBlock * 10 {
          throw Damage(row: rows.lowerBound)
        }
        memory.read(rows)
      }, release: memory.release)
  }

  /// Whole windows, each of eight blocks that lie anywhere.
  private func windows() -> [UInt32] {
    let blocks = (0..<101).map { $0 * 37 % 101 }
    return stride(from: 0, to: 101, by: 8).flatMap { first -> [UInt32] in
      let rows = blocks[first..<min(101, first + 8)].flatMap { $0 * 10..<min(1003, $0 * 10 + 10) }
      return rows.indices.map { UInt32(rows[$0 * 7 % rows.count]) }
    }
  }

  /// In an order that is expected each block is read once, minibatches find their rows, and memory keeps to its limit but for
  /// the minibatch itself.
  @Test func whatIsExpectedIsReadOnceAndLetGo() throws {
    let memory = Memory()
    let stream = stream(memory, capacity: 160)
    #expect(stream.window == ShuffleWindow(rowsPerBlock: 10, blockCount: 14))
    let order = windows()
    for epoch in 1...3 {
      stream.expect(order, from: 0)
      for first in Swift.stride(from: 0, to: order.count, by: 16) {
        let rows = Array(order[first..<min(first + 16, order.count)])
        try stream.load(rows.span)
        #expect(memory.holds(rows))
        let isThere = stream.hasLoaded(rows.span)
        #expect(isThere)
      }
      // What the last minibatch of an epoch wanted may serve the next.
      #expect((epoch * 90...epoch * 101).contains(memory.readCount), "\(memory.readCount)")
    }
    #expect(memory.most <= 160 + 16 * 10, "\(memory.most) rows at once")
  }

  /// From the middle of an order nothing is read that is over.
  @Test func anOrderMayBeTakenUpAnywhere() throws {
    let memory = Memory()
    let stream = stream(memory, capacity: 400)
    let order = windows()
    stream.expect(order, from: 960)
    for first in Swift.stride(from: 960, to: order.count, by: 10) {
      try stream.load(order[first..<min(first + 10, order.count)].span)
    }
    #expect(memory.readCount <= 8)
  }

  /// Rows that nobody expected come, and go when others are wanted.
  @Test func unexpectedRowsComeAndGo() throws {
    let memory = Memory()
    let stream = stream(memory, capacity: 20)
    for start in Swift.stride(from: 0, to: 1000, by: 25) {
      let rows = (start..<start + 25).map { UInt32(($0 * 389) % 1003) }
      try stream.load(rows.span)
      #expect(memory.holds(rows))
    }
    try stream.load([7 as UInt32].span)
    #expect(memory.holds([0, 9]) && !memory.holds([500]))
    // They disturb no order that is expected.
    let order = windows()
    stream.expect(order, from: 0)
    try stream.load(order[0..<16].span)
    try stream.load([1002 as UInt32].span)
    try stream.load(order[16..<32].span)
    #expect(memory.holds(Array(order[16..<32])))
  }

  /// Whoever goes through all rows while another order is expected does not fill the memory.
  @Test func rowsOutOfTurnAreNotKept() throws {
    let memory = Memory()
    let stream = stream(memory, capacity: 160)
    let order = windows()
    stream.expect(order, from: 0)
    try stream.load(order[0..<16].span)
    for first in Swift.stride(from: 0, to: 1000, by: 20) {
      let rows = (first..<first + 20).map { UInt32($0) }
      try stream.load(rows.span)
      #expect(memory.holds(rows))
    }
    #expect(memory.most <= 160 + 40, "\(memory.most) rows at once")
    for first in Swift.stride(from: 16, to: 800, by: 16) {
      try stream.load(order[first..<first + 16].span)
      #expect(memory.holds(Array(order[first..<first + 16])))
    }
  }

  @Test func damageIsToldToWhoeverWantsIt() throws {
    let memory = Memory()
    let stream = stream(memory, capacity: 160, damagedBlock: 50)
    try stream.load([7, 900].span)
    for _ in 0..<2 { #expect(throws: Damage(row: 500)) { try stream.load([7, 503].span) } }
    #expect(throws: Damage(row: 500)) { try stream.finish() }
    try stream.load([900].span)
  }

  @Test func nobodyReadsForExamplesThatAreGone() throws {
    let memory = Memory()
    let stream = stream(memory, capacity: 1000)
    stream.cancel()
    stream.expect(windows(), from: 0)
    Thread.sleep(forTimeInterval: 0.05)
    #expect(memory.readCount == 0)
  }
}

/// Files of which only a part is in memory.
@Suite struct StreamedDataTests {
  let scratch: ScratchFolder
  let path: String

  init() throws {
    scratch = try ScratchFolder()
    path = scratch.path("data.h5")
  }

  private func open(_ name: String, budget: Int?) throws -> any StoredExamples {
    try DatasetReader.open(
      file: path, dataset: name, memory: budget.map(MemoryBudget.init(byteCount:)))
  }

  /// The same values as from memory, bytes and floats, packed and not, in any order.
  @Test(arguments: [nil, 1] as [Int?]) func rowsAreTheSame(deflate: Int?) throws {
    let bytes = (0..<20_000 * 784).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
    let floats = (0..<9000 * 3 * 100).map { Float($0 % 1009) }
    let file = try HDF5File.create(at: path)
    try file.write("images", shape: [20_000, 28, 28], values: bytes.span, deflate: deflate)
    try file.write("x", shape: [9000, 3, 10, 10], values: floats.span, deflate: deflate)
    try file.setAttribute("layout", of: "x", to: .string("NCHW"))
    try file.close()
    for (name, count) in [("images", 20_000), ("x", 9000)] {
      let (whole, part) = (try open(name, budget: nil), try open(name, budget: 4 << 20))
      #expect(whole.window == nil)
      let window = try #require(part.window)
      #expect(window.rowCount < count / 3 && window.blockCount > 0)
      #expect(part.scale == whole.scale)
      try whole.finishReading()
      let order = (0..<count).map { UInt32($0 * 7919 % count) }
      part.expect(order, from: 0)
      for first in stride(from: 0, to: count, by: 500) {
        let rows = Array(order[first..<first + 500])
        try part.load(rows.span)
        #expect(part.rows(rows) == whole.rows(rows))
      }
    }
  }

  @Test func sparseRowsAreTheSame() throws {
    let rows = 20_000
    var (starts, columns, values): ([Int64], [Int32], [Float]) = ([0], [], [])
    for row in 0..<rows {
      // Backwards in every other row.
      let here = (0..<row % 90).map { Int32(($0 * 11 + row) % 1000) }.sorted()
      columns += row % 2 == 0 ? here : here.reversed()
      values += here.map { Float($0) }
      starts.append(Int64(columns.count))
    }
    let file = try HDF5File.create(at: path)
    try file.write("m/indptr", shape: [rows + 1], values: starts.span, deflate: 1)
    try file.write("m/indices", shape: [columns.count], values: columns.span, deflate: 1)
    try file.write("m/data", shape: [values.count], values: values.span, deflate: 1)
    try file.setAttribute("shape", of: "m", to: .integers([rows, 1000]))
    try file.close()
    let (whole, part) = (try open("m", budget: nil), try open("m", budget: 2 << 20))
    #expect(whole.window == nil && part.window != nil)
    #expect(part.sparsity == whole.sparsity)
    let order = (0..<rows).map { UInt32($0 * 7919 % rows) }
    part.expect(order, from: 0)
    for first in stride(from: 0, to: rows, by: 250) {
      let wanted = Array(order[first..<first + 250])
      try part.load(wanted.span)
      #expect(part.rows(wanted) == whole.rows(wanted))
    }
  }

  /// Whoever comes first takes first; what does not fit is read in windows.
  @Test func aBudgetIsShared() throws {
    let file = try HDF5File.create(at: path)
    for name in ["a", "b"] {
      let values = [Float](repeating: 1, count: 1 << 18)
      try file.write(name, shape: [1 << 10, 1 << 8], values: values.span)
    }
    try file.close()
    let budget = MemoryBudget(byteCount: 3 << 19)
    let first = try DatasetReader.open(file: path, dataset: "a", memory: budget)
    let second = try DatasetReader.open(file: path, dataset: "b", memory: budget)
    #expect(first.window == nil && second.window != nil)
  }
}
