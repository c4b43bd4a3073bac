internal import CDispatch
internal import CTeamwork
internal import Dispatch
internal import Glibc
internal import Synchronization

/// Threads that stay together for many stages of work.
///
/// `Team.during` runs its body on the thread that calls it, the leader, while other threads wait for what
/// `Team.perform` gives them. A stage begins and ends by a few words of shared memory (`StageGate`) instead of
/// waking threads. Between stages workers look for the next for a tenth of a millisecond, then sleep. The
/// leader takes part in every stage and waits for nobody who has not joined it, so a team may have fewer
/// threads than it asked for, down to the leader alone.
///
/// The threads are libdispatch's, as many as there are cores: all of `during` is one `dispatch_apply_f`. Its
/// queue is not the default one, whose threads the rest of the process needs meanwhile.
///
/// Safety: the stage is written by the leader while the gate is closed and read by workers that have joined.
@safe package final class Team: @unchecked Sendable {
  /// A worker's part of a stage; captures nothing, so that it needs no memory.
  package typealias Part =
    @convention(c) (_ context: UnsafeMutableRawPointer?, _ worker: Int) -> Void

  @unsafe private struct Stage {
    var workers: Int
    var context: UnsafeMutableRawPointer?
    var part: Part
  }

  /// Threads that it has at most, the leader among them.
  private let size: Int
  private let gate: StageGate
  private let stage: UnsafeMutablePointer<Stage>

  /// A team of so many threads at most, the leader among them, none of whom has come yet.
  package init(workers: Int) {
    size = max(1, workers)
    gate = StageGate(capacity: max(0, workers - 1))
    unsafe stage = .allocate(capacity: 1)
    unsafe stage.initialize(to: Stage(workers: 0, context: nil, part: { _, _ in }))
  }

  deinit { unsafe stage.deallocate() }

  /// Runs a body as the leader, then lets the workers go home; once in a team's life.
  package func lead<Value, Failure: Error>(
    _ body: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    let former = unsafe vaedp_led_team()
    unsafe vaedp_lead_team(Unmanaged.passUnretained(self).toOpaque())
    defer {
      unsafe vaedp_lead_team(former)
      gate.end()
    }
    return try body()
  }

  /// Does a worker's share of all stages until the leader's body has ended.
  package func work() {
    let worker = gate.enter()
    var seen: UInt32 = 0
    while gate.join(worker, seen: &seen) {
      if unsafe worker < stage.pointee.workers {
        unsafe stage.pointee.part(stage.pointee.context, worker)
      }
      gate.leave(worker)
    }
  }

  private func perform(workers: Int, _ context: UnsafeMutableRawPointer?, _ part: Part) {
    // Within a stage the others are busy.
    if gate.isOpen { return unsafe part(context, 0) }
    unsafe stage.pointee = Stage(workers: workers, context: context, part: part)
    gate.openStage()
    unsafe part(context, 0)
    gate.closeStage()
  }
}

extension Team {
  /// Runs a body on this thread with a team at hand for all that it performs. A thread that leads one already
  /// keeps it.
  ///
  /// - Parameter workers: threads at most, this one among them.
  /// - Complexity: allocates the team; stages allocate nothing.
  package static func during<Value, Failure: Error>(
    workers: Int, _ body: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    guard workers > 1, unsafe vaedp_led_team() == nil else { return try body() }
    let team = Team(workers: workers)
    var outcome: Result<Value, Failure>?
    func lead() {
      do throws(Failure) {
        outcome = .success(try team.lead(body))
      } catch {
        outcome = .failure(error)
      }
    }
    withoutActuallyEscaping(lead) { team.gather(workers, around: $0) }
    guard let outcome else { preconditionFailure("libdispatch did not call back its caller") }
    return try outcome.get()
  }

  /// What the parts of the apply share. Who calls takes one of them: the others are at most one less, and stay
  /// with theirs until its body has ended.
  private struct Entrance {
    let team: Team
    let leader: pthread_t
    let lead: () -> Void
    var hasLed = false
  }

  private func gather(_ workers: Int, around lead: @escaping () -> Void) {
    var entrance = Entrance(team: self, leader: pthread_self(), lead: lead)
    unsafe withUnsafeMutablePointer(to: &entrance) { entrance in
      unsafe dispatch_apply_f(
        workers, dispatch_get_global_queue(Int(DISPATCH_QUEUE_PRIORITY_HIGH), 0), entrance
      ) { entrance, _ in
        guard let entrance = unsafe entrance?.assumingMemoryBound(to: Entrance.self) else { return }
        if unsafe pthread_equal(entrance.pointee.leader, pthread_self()) == 0 {
          unsafe entrance.pointee.team.work()
        } else if unsafe !entrance.pointee.hasLed {
          unsafe entrance.pointee.hasLed = true
          unsafe entrance.pointee.lead()
        }
      }
    }
  }

  /// Runs a stage: part 0 on this thread, others on threads of the team that this thread leads, or by one
  /// `dispatch_apply_f` where it leads none. Returns when all parts have that have begun.
  ///
  /// Part `w` is run once for `w` = 0, and at most once for each other below `workers`: threads that are late
  /// leave theirs out. So parts take their work from a counter or a queue, and each goes on until there is
  /// none.
  ///
  /// - Complexity: allocates nothing.
  package static func perform(
    workers: Int, _ context: UnsafeMutableRawPointer?, _ part: Part
  ) {
    guard workers > 1 else { return unsafe part(context, 0) }
    guard let led = unsafe vaedp_led_team() else {
      return unsafe dispatch_apply_f(workers, nil, context, part)
    }
    unsafe Unmanaged<Team>.fromOpaque(led)._withUnsafeGuaranteedRef {
      unsafe $0.perform(workers: workers, context, part)
    }
  }

  /// How many of a stage's parts somebody can take: as many as the team that this thread leads has threads, all where
  /// it leads none. Work that is dealt out beforehand is dealt to so many.
  package static func parts(of workers: Int) -> Int {
    guard let led = unsafe vaedp_led_team() else { return workers }
    return unsafe min(workers, Unmanaged<Team>.fromOpaque(led)._withUnsafeGuaranteedRef { $0.size })
  }

  /// The same for a closure, which may need memory.
  package static func perform(workers: Int, _ body: @Sendable (_ worker: Int) -> Void) {
    typealias Body = @Sendable (Int) -> Void
    withoutActuallyEscaping(body) { body in
      var body = body
      unsafe withUnsafeMutablePointer(to: &body) {
        unsafe perform(workers: workers, $0) { body, worker in
          unsafe body?.assumingMemoryBound(to: Body.self).pointee(worker)
        }
      }
    }
  }

  /// Calls a body once for each of `0..<count`, in no order, by whichever worker comes.
  package static func forEach(
    _ count: Int, workers: Int, _ body: @Sendable (_ index: Int, _ worker: Int) -> Void
  ) {
    let next = Atomic(0)
    perform(workers: min(workers, count)) { worker in
      // Relaxed: the number is all that is taken.
      while case let index = next.wrappingAdd(1, ordering: .relaxed).oldValue, index < count {
        body(index, worker)
      }
    }
  }
}
