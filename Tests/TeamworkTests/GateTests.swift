import CProcessorPin
import Foundation
import Synchronization
import TeamTestSupport
import Teamwork
import TestScale
import Testing

/// The gate with threads of its own, far more of them than there are cores; what the model checker shows of
/// the protocol, shown of the code.
@Suite struct GateTests {
  /// What goes wrong with the threads, besides tiny stages one after another.
  enum Trouble: CaseIterable, Sendable {
    case none
    /// Workers come when stages have long been opened.
    case late
    /// Workers are away in the middle of a stage.
    case descheduled
    /// The leader is away between stages, and workers go to sleep.
    case pausing
    /// There are workers that never come.
    case absent

    /// Fewer where each takes a millisecond.
    var stages: Int {
      switch self {
      case .none, .late, .absent: TestScale.count(3000, torture: 30_000)
      case .descheduled, .pausing: TestScale.count(60, torture: 2000)
      }
    }
  }

  /// Stages of a few pieces each, handed out by a counter; every result lies in plain memory.
  ///
  /// Safety: a piece's result is written by the thread that took the piece, and read by the leader when the
  /// stage is closed.
  @safe private final class Work: @unchecked Sendable {
    static let pieces = 5
    let next = Atomic(0)
    let isUnderWay = Atomic(false)
    let mistakes = Atomic(0)
    let helped = Atomic(0)
    let usedIndices: [Flag]
    /// Plain: written before a stage is opened.
    var stage = 0
    private let results = UnsafeMutablePointer<Int>.allocate(capacity: Work.pieces)

    final class Flag: Sendable {
      let isSet = Atomic(false)
    }

    init(workers: Int) {
      usedIndices = (0..<workers).map { _ in Flag() }
      unsafe results.initialize(repeating: -1, count: Work.pieces)
    }

    deinit { unsafe results.deallocate() }

    func take(worker: Int, naps: Bool) {
      if usedIndices[worker].isSet.exchange(true, ordering: .relaxed) {
        mistakes.add(1, ordering: .relaxed)
      }
      while case let piece = next.add(1, ordering: .relaxed).oldValue, piece < Work.pieces {
        if naps, worker % 2 == 1 { usleep(500) }
        if worker > 0 { helped.add(1, ordering: .relaxed) }
        unsafe results[piece] = stage * 10 + piece
      }
      if !isUnderWay.load(ordering: .relaxed) { mistakes.add(1, ordering: .relaxed) }
      usedIndices[worker].isSet.store(false, ordering: .relaxed)
    }

    var isRight: Bool {
      (0..<Work.pieces).allSatisfy { unsafe results[$0] == stage * 10 + $0 }
    }
  }

  @Test(arguments: [1, 2, 3, 7, 16, 40], Trouble.allCases)
  func everyPieceIsDoneOnceInItsStage(threads: Int, trouble: Trouble) {
    let gate = StageGate(capacity: threads - 1)
    let work = Work(workers: threads)
    let workers = (1..<max(1, threads)).map { number in
      Worker {
        if trouble == .absent, number % 2 == 0 { return }
        if trouble == .late { usleep(UInt32(number) * 1000) }
        let worker = gate.enter()
        var seen: UInt32 = 0
        while gate.join(worker, seen: &seen) {
          work.take(worker: worker, naps: trouble == .descheduled)
          gate.leave(worker)
        }
      }
    }
    func hasNobodyHelped() -> Bool { threads > 1 && work.helped.load(ordering: .relaxed) == 0 }
    let deadline = Date.now + 60
    var (stage, wrong) = (0, 0)
    while stage < trouble.stages || (hasNobodyHelped() && Date.now < deadline) {
      stage += 1
      if trouble == .pausing { usleep(300) }
      work.stage = stage
      work.next.store(0, ordering: .relaxed)
      work.isUnderWay.store(true, ordering: .relaxed)
      gate.openStage()
      // Tiny stages mostly, and some that the others have time to come to.
      if threads > 1, trouble == .descheduled || stage % 4 == 0 { usleep(50) }
      work.take(worker: 0, naps: false)
      gate.closeStage()
      work.isUnderWay.store(false, ordering: .relaxed)
      if !work.isRight { wrong += 1 }
    }
    gate.end()
    for worker in workers { worker.join() }
    #expect(wrong == 0)
    #expect(work.mistakes.load(ordering: .relaxed) == 0)
    #expect(!hasNobodyHelped())
  }

  /// A worker that shares its core with the leader sleeps at once instead of keeping the leader from running.
  @Test(.enabled(if: Sanitizer.current == nil, "a sanitizer's own work counts as time"))
  func whoSharesACoreSleepsAtOnce() {
    let (gate, stages) = (StageGate(capacity: 1), 300)
    let work = Work(workers: 1)
    let worker = Worker {
      pin_to_first_processor()
      let worker = gate.enter()
      var seen: UInt32 = 0
      while gate.join(worker, seen: &seen) { gate.leave(worker) }
      var time = timespec()
      unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
      let micros = time.tv_sec * 1_000_000 + time.tv_nsec / 1000
      work.stage = micros
    }
    let leader = Worker {
      pin_to_first_processor()
      for _ in 0..<stages {
        gate.openStage()
        gate.closeStage()
        usleep(300)
      }
      gate.end()
    }
    leader.join()
    worker.join()
    #expect(work.stage < 50 * stages, "µs of the worker in \(stages) stages")
  }

  /// Who comes when all is over goes home.
  @Test func latecomersGoHome() {
    let gate = StageGate(capacity: 1)
    gate.openStage()
    gate.closeStage()
    gate.end()
    var seen: UInt32 = 0
    #expect(!gate.join(gate.enter(), seen: &seen))
  }
}
