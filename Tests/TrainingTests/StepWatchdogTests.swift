import Configuration
import DataParallel
import Dispatch
import EngineTestSupport
import Examples
import Models
import Synchronization
import Testing
import Training

@Suite struct StepWatchdogTests {
  /// Examples of which one is not there until somebody lets it go.
  private final class StuckExamples: FieldSource {
    let examples: DenseExamples
    let row: UInt32
    let gate = DispatchSemaphore(value: 0)
    let isOpen = Atomic(false)
    /// Shards that were gathered before the one that stuck.
    let gathered = Atomic(0)

    init(_ examples: DenseExamples, row: UInt32) { (self.examples, self.row) = (examples, row) }

    var exampleCount: Int { examples.exampleCount }
    var exampleShape: [Int] { examples.exampleShape }

    @unsafe func gather(
      _ rows: UnsafeBufferPointer<UInt32>, into target: UnsafeMutablePointer<Float>
    ) {
      if unsafe rows.contains(row), !isOpen.exchange(true, ordering: .relaxed) { gate.wait() }
      if !isOpen.load(ordering: .relaxed) { gathered.add(1, ordering: .relaxed) }
      unsafe examples.gather(rows, into: target)
    }
  }

  /// What a watchdog has told, from its own thread.
  private final class Reports: Sendable {
    let lines = Mutex<[StuckStep]>([])
  }

  private func trainer(_ source: any FieldSource, threads: Int = 2) throws -> Trainer {
    let model = try Model(
      reading: JSONNode.parse(
        """
        { "encoder": [{ "dense": { "units": 5 } }, "tanh"],
          "posterior": { "gaussian": { "latent": 2 } },
          "decoder": [{ "dense": { "units": 6 } }], "likelihood": "squaredError" }
        """, file: nil), exampleShape: [6])
    let training = try TrainingConfiguration(
      reading: JSONNode.parse("{ \"batchSize\": 8, \"epochs\": 2 }", file: nil))
    return try Trainer(
      model: model, configuration: training, shards: 4, threads: threads,
      training: ExampleSet(source), validation: nil)
  }

  @Test(arguments: [1, 2])
  func aStuckWorkerIsNamedOnceAndNothingChanges(threads: Int) throws {
    let values = (0..<24 * 6).map { Float($0 * 31 % 97) / 96 }
    let examples = DenseExamples(values, shape: [6])
    let free = try trainer(examples)
    try free.run()
    let source = StuckExamples(examples, row: 17)
    let stuck = try trainer(source, threads: threads)
    let reports = Reports()
    let watchdog = StepWatchdog(stuck, seconds: 0.1, factor: 2) { report in
      let isFirst = reports.lines.withLock {
        $0.append(report)
        return $0.count == 1
      }
      // Long enough for a second report to come, if one came.
      if isFirst {
        DispatchQueue.global().asyncAfter(deadline: .now() + 0.3) { source.gate.signal() }
      }
    }
    try withExtendedLifetime(watchdog) { _ = try stuck.run() }
    let lines = reports.lines.withLock { $0 }
    #expect(lines.count == 1)
    let found = try #require(lines.first)
    let place = try #require(found.current.shards.first)
    #expect(found.current.shards.count == 1)
    #expect(place.worker < threads && (1...3).contains(found.current.step))
    // One thread takes the four shards of each step in their order.
    let before = source.gathered.load(ordering: .relaxed)
    if threads == 1 {
      #expect(place.shard == before % 4 && found.current.step == before / 4 + 1)
    }
    #expect(
      found.description.hasPrefix("step \(found.current.step) is not done after 0.")
        && found.description.contains(": worker \(place.worker) at shard \(place.shard). "))
    #expect(bits(stuck.parameters) == bits(free.parameters))
  }

  @Test func nobodyIsStuckBetweenSteps() throws {
    let values = [Float](repeating: 0.5, count: 24 * 6)
    let trainer = try trainer(DenseExamples(values, shape: [6]))
    let reports = Reports()
    let watchdog = StepWatchdog(trainer, seconds: 0.01, factor: 1) { report in
      reports.lines.withLock { $0.append(report) }
    }
    try trainer.measureSteps(count: 3)
    _ = DispatchSemaphore(value: 0).wait(timeout: .now() + 0.1)
    withExtendedLifetime(watchdog) {}
    #expect(reports.lines.withLock { $0.count } == 0)
  }
}
