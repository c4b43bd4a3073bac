internal import CTeamwork
internal import Synchronization

/// Where the threads of a team meet: one leader opens and closes stages, workers join those that are open.
///
/// The leader never waits for a worker that has not joined. A worker says in its slot which stage it joins,
/// then looks whether the stage is still open; the leader closes the stage, then looks into the slots of all
/// who have entered. Whichever looks second sees the other, so either the worker stays out or the leader
/// waits for it. Sleepers are woken by the same rule: who goes to sleep says so and then looks again, who
/// changes a word changes it and then looks for sleepers.
///
/// Numbers of stages go round after 2³⁰. A worker that has slept through exactly so many takes the open
/// stage for the one it was in last, and misses it; nothing waits for it.
///
/// All loads and stores are sequentially consistent unless noted: each rule above is a store to one word and a
/// load of another on both sides, which weaker orders let pass each other. They also order everything that a
/// stage writes: the leader's stores before opening come before the joined workers' loads, and a worker's
/// before leaving come before what the leader does after closing.
///
/// `Tests/TeamworkTests/Model/gate.pml` is this protocol for a model checker, with the same names.
///
/// Safety: words are atomic, each slot is written by its own worker alone, and the memory lives as long as
/// this object.
@safe package final class StageGate: @unchecked Sendable {
  private typealias Word = Atomic<UInt32>

  /// How long a thread looks before it sleeps: longer than what happens between the stages of a training,
  /// shorter than what another program would miss.
  private static let patience = Duration.microseconds(100)
  /// Words that change at different times lie so many bytes apart: two lines of the cache, which processors
  /// fetch in pairs.
  private static let stride = 128

  private static let open: UInt32 = 1
  private static let over: UInt32 = 2
  private static let states: UInt32 = 3

  private let capacity: Int
  private let memory: UnsafeMutableRawPointer
  /// Number of the stage times four, and its state; closed is 0. Only the leader writes it. Beside it, where
  /// the leader runs.
  private let gate: UnsafeMutablePointer<Word>
  /// How many workers sleep at the gate, or are about to.
  private let sleepers: UnsafeMutablePointer<Word>
  /// How many workers have entered.
  private let entered: UnsafeMutablePointer<Word>
  /// Whether the leader sleeps, or is about to, until a worker leaves.
  private let leaderSleeps: UnsafeMutablePointer<Word>

  /// A closed gate for so many workers at most, the leader not among them.
  package init(capacity: Int) {
    self.capacity = capacity
    let lines = 2 + capacity
    unsafe memory = .allocate(byteCount: lines * Self.stride, alignment: Self.stride)
    for index in 0..<lines * Self.stride / MemoryLayout<Word>.stride {
      unsafe (memory + index * MemoryLayout<Word>.stride)
        .initializeMemory(as: Word.self, to: Word(0))
    }
    unsafe gate = memory.assumingMemoryBound(to: Word.self)
    // These three change seldom.
    unsafe sleepers = (memory + Self.stride).assumingMemoryBound(to: Word.self)
    unsafe entered = sleepers + 1
    unsafe leaderSleeps = sleepers + 2
  }

  deinit { unsafe memory.deallocate() }

  /// What worker `worker`, from 1, is in: the gate's word of that stage, or 0. Beside it, where the worker runs.
  private func slot(_ worker: Int) -> UnsafeMutablePointer<Word> {
    unsafe (memory + (1 + worker) * Self.stride).assumingMemoryBound(to: Word.self)
  }

  // MARK: The leader

  /// Whether a stage is open.
  var isOpen: Bool {
    // Relaxed: asked by the leader, who alone writes it.
    unsafe gate.pointee.load(ordering: .relaxed) & Self.states == Self.open
  }

  /// Opens the next stage.
  package func openStage() {
    // Relaxed: only the leader writes it.
    let last = unsafe gate.pointee.load(ordering: .relaxed)
    change(to: (last & ~Self.states) &+ 4 | Self.open)
  }

  /// Closes the stage and returns when all who have joined it have left.
  package func closeStage() {
    // Relaxed: only the leader writes it.
    let stage = unsafe gate.pointee.load(ordering: .relaxed)
    unsafe gate.pointee.store(stage & ~Self.states, ordering: .sequentiallyConsistent)
    // Counted after closing: who enters later finds the stage closed.
    let count = Int(unsafe entered.pointee.load(ordering: .sequentiallyConsistent))
    for worker in Swift.stride(from: 1, through: count, by: 1) {
      let slot = unsafe slot(worker)
      func hasLeft() -> Bool {
        unsafe slot.pointee.load(ordering: .sequentiallyConsistent) != stage
      }
      while unsafe !isDone(hasLeft, by: slot + 1) {
        unsafe leaderSleeps.pointee.store(1, ordering: .sequentiallyConsistent)
        if !hasLeft() { unsafe vaedp_sleep_while(leaderSleeps, 1) }
        unsafe leaderSleeps.pointee.store(0, ordering: .sequentiallyConsistent)
      }
    }
  }

  /// Lets all workers go home, those too that come later.
  package func end() {
    // Relaxed: only the leader writes it.
    change(to: unsafe gate.pointee.load(ordering: .relaxed) & ~Self.states | Self.over)
  }

  private func change(to word: UInt32) {
    unsafe note(gate + 1)
    unsafe gate.pointee.store(word, ordering: .sequentiallyConsistent)
    if unsafe sleepers.pointee.load(ordering: .sequentiallyConsistent) > 0 {
      unsafe vaedp_wake(gate, .max)
    }
  }

  /// Notes where this thread runs, beside a word that it is about to change.
  private func note(_ processor: UnsafeMutablePointer<Word>) {
    // Relaxed: a hint.
    unsafe processor.pointee.store(vaedp_processor(), ordering: .relaxed)
  }

  // MARK: Workers

  /// A number of its own for a thread that comes to work, from 1.
  package func enter() -> Int {
    let worker =
      Int(unsafe entered.pointee.add(1, ordering: .sequentiallyConsistent).newValue)
    precondition(worker <= capacity, "worker \(worker) comes to a gate for \(capacity)")
    return worker
  }

  /// Waits for a stage that is open, and joins it.
  ///
  /// - Parameter seen: 0 at first, then what the last call left there: no stage is joined twice.
  /// - Returns: false where there will be no more stages.
  package func join(_ worker: Int, seen: inout UInt32) -> Bool {
    let slot = unsafe slot(worker)
    while true {
      seen = word(otherThan: seen)
      if seen & Self.states == Self.over { return false }
      guard seen & Self.states == Self.open else { continue }
      unsafe note(slot + 1)
      unsafe slot.pointee.store(seen, ordering: .sequentiallyConsistent)
      if unsafe gate.pointee.load(ordering: .sequentiallyConsistent) == seen { return true }
      leave(worker)
    }
  }

  /// Leaves the stage that it has joined.
  package func leave(_ worker: Int) {
    unsafe slot(worker).pointee.store(0, ordering: .sequentiallyConsistent)
    if unsafe leaderSleeps.pointee.load(ordering: .sequentiallyConsistent) == 1 {
      unsafe leaderSleeps.pointee.store(0, ordering: .sequentiallyConsistent)
      unsafe vaedp_wake(leaderSleeps, 1)
    }
  }

  private func word(otherThan seen: UInt32) -> UInt32 {
    var word = seen
    while true {
      let isOther = unsafe isDone(
        {
          word = unsafe gate.pointee.load(ordering: .sequentiallyConsistent)
          return word != seen
        }, by: gate + 1)
      if isOther { return word }
      unsafe sleepers.pointee.add(1, ordering: .sequentiallyConsistent)
      // The kernel looks at the word once more.
      unsafe vaedp_sleep_while(gate, seen)
      unsafe sleepers.pointee.subtract(1, ordering: .sequentiallyConsistent)
    }
  }

  /// Looks until it is done, or patience ends; whether it is.
  ///
  /// - Parameter processor: where the one ran that is waited for. If it is this one, because others are busy, it
  ///   cannot run while this thread looks.
  @inline(__always) private func isDone(
    _ look: () -> Bool, by processor: UnsafeMutablePointer<Word>
  ) -> Bool {
    if look() { return true }
    let start = ContinuousClock.now
    repeat {
      // Relaxed: what it says may be out of date in any case.
      if unsafe processor.pointee.load(ordering: .relaxed) == vaedp_processor() { return false }
      for _ in 0..<32 {
        vaedp_pause()
        if look() { return true }
      }
    } while ContinuousClock.now - start < Self.patience
    return false
  }
}
