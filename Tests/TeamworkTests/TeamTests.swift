import Foundation
import Synchronization
import TeamTestSupport
import Teamwork
import Testing

/// A team: who runs what, and where.
@Suite struct TeamTests {
  private struct Mishap: Error, Equatable { var number: Int }

  private final class Total: Sendable {
    let value = Atomic(0)
  }

  /// Stages without end on one counter each; the sum of all pieces.
  private func sum(stages: Int, workers: Int) -> Int {
    let total = Atomic(0)
    for stage in 0..<stages {
      Team.forEach(7, workers: workers) { index, worker in
        precondition(worker < workers)
        total.add(stage * index, ordering: .relaxed)
      }
    }
    return total.load(ordering: .relaxed)
  }

  @Test(arguments: [1, 2, 3, 7, 16, 40])
  func everyPieceIsDoneOnce(workers: Int) {
    let expected = (0..<2000).reduce(0) { $0 + $1 * 21 }
    #expect(Team.during(workers: workers) { sum(stages: 2000, workers: workers) } == expected)
    #expect(sum(stages: 200, workers: workers) == (0..<200).reduce(0) { $0 + $1 * 21 })
  }

  /// As many threads as there are numbers, whatever libdispatch would give.
  @Test(arguments: [2, 7, 40])
  func threadsOfOnesOwnDoTheSame(workers: Int) {
    let total = Team.ofThreads(workers) { sum(stages: 2000, workers: workers) }
    #expect(total == (0..<2000).reduce(0) { $0 + $1 * 21 })
  }

  /// Another thread does come, where there is another processor, and has a number of its own.
  @Test(.enabled(if: ProcessInfo.processInfo.activeProcessorCount > 1)) func workersCome() {
    let come = Atomic(0)
    let deadline = Date.now + 60
    Team.during(workers: 2) {
      while come.load(ordering: .relaxed) == 0, Date.now < deadline {
        Team.perform(workers: 2) { worker in
          if worker == 1 { come.add(1, ordering: .relaxed) } else { usleep(100) }
        }
      }
    }
    #expect(come.load(ordering: .relaxed) > 0)
  }

  /// A stage for fewer than the team has.
  @Test func aStageMayHaveFewerWorkers() {
    let largest = Atomic(0)
    Team.ofThreads(6) {
      for _ in 0..<500 {
        Team.perform(workers: 3) { largest.max($0, ordering: .relaxed) }
      }
    }
    #expect(largest.load(ordering: .relaxed) < 3)
  }

  @Test func workIsDealtToAsManyAsTheTeamHas() {
    #expect(Team.parts(of: 16) == 16)
    Team.during(workers: 3) {
      #expect(Team.parts(of: 16) == 3)
      #expect(Team.parts(of: 2) == 2)
    }
    #expect(Team.parts(of: 16) == 16)
  }

  @Test func theBodyRunsOnTheCallersThread() {
    let caller = pthread_self()
    let isHere = Team.during(workers: 8) { pthread_equal(caller, pthread_self()) != 0 }
    #expect(isHere)
    let count = Atomic(0)
    Team.during(workers: 8) {
      Team.perform(workers: 8) {
        if $0 == 0, pthread_equal(caller, pthread_self()) != 0 { count.add(1, ordering: .relaxed) }
      }
    }
    #expect(count.load(ordering: .relaxed) == 1)
  }

  @Test func whatTheBodyThrowsComesOut() throws {
    for number in 0..<100 {
      let error = #expect(throws: Mishap.self) {
        try Team.during(workers: 4) {
          _ = sum(stages: 3, workers: 4)
          throw Mishap(number: number)
        }
      }
      #expect(error == Mishap(number: number))
    }
    #expect(Team.during(workers: 4) { sum(stages: 3, workers: 4) } == 63)
  }

  /// One team after another, with and without work, and no trace of the last.
  @Test func manyTeamsOneAfterAnother() {
    for round in 0..<500 {
      let stages = round % 4
      let total = Team.during(workers: 2 + round % 5) { sum(stages: stages, workers: 5) }
      #expect(total == (0..<stages).reduce(0) { $0 + $1 * 21 })
    }
  }

  /// A team within a team, and a stage within a stage, are the leader's.
  @Test func nestedUse() {
    let total = Team.during(workers: 3) {
      Team.during(workers: 5) { sum(stages: 50, workers: 5) } + sum(stages: 50, workers: 3)
    }
    #expect(total == 2 * (0..<50).reduce(0) { $0 + $1 * 21 })
    let inner = Atomic(0)
    Team.during(workers: 3) {
      Team.forEach(40, workers: 3) { _, _ in
        Team.forEach(10, workers: 4) { index, _ in inner.add(index, ordering: .relaxed) }
      }
    }
    #expect(inner.load(ordering: .relaxed) == 40 * 45)
  }

  /// A thread that leads no team takes none from one that does.
  @Test func othersStagesAreTheirOwn() {
    let done = Total()
    Team.during(workers: 3) {
      let other = Worker { done.value.store(sum(stages: 100, workers: 3), ordering: .relaxed) }
      #expect(sum(stages: 100, workers: 3) == (0..<100).reduce(0) { $0 + $1 * 21 })
      other.join()
    }
    #expect(done.value.load(ordering: .relaxed) == (0..<100).reduce(0) { $0 + $1 * 21 })
  }

  /// The rest of the process still gets libdispatch's threads while a team is at work.
  @Test func theDefaultQueueIsNotTaken() {
    Team.during(workers: 64) {
      _ = sum(stages: 10, workers: 64)
      let isDone = DispatchSemaphore(value: 0)
      DispatchQueue.global().async { isDone.signal() }
      #expect(isDone.wait(timeout: .now() + 60) == .success)
    }
  }
}
