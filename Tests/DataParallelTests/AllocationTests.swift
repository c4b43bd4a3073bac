import DataParallel
import EngineTestSupport
import Examples
import GraphIR
import GraphRuns
import GraphTestSupport
import Optimizers
import Teamwork
import Testing

/// Once a minibatch of a size has been seen, a step allocates nothing of its own.
///
/// Each measurement has a process to itself, where nothing else allocates. Code that is not optimised
/// keeps closures and existentials on the heap, so there is nothing to measure in a debug build.
@Suite(.enabled(if: canCountAllocations))
struct AllocationTests {
  @Test func stepsOfADenseModelDoNotAllocate() async {
    let result = await #expect(
      processExitsWith: .success, observing: [\.standardOutputContent]
    ) {
      for smallestDeferred in [0, Int.max] {
        try expectNoAllocations(.dense, clipNorm: nil, smallestDeferred: smallestDeferred)
        try expectNoAllocations(.dense, clipNorm: 0.1, smallestDeferred: smallestDeferred)
      }
    }
    printed(result)
  }

  @Test func stepsOfNoOptimizerAllocate() async {
    let result = await #expect(
      processExitsWith: .success, observing: [\.standardOutputContent]
    ) {
      for (_, optimizer) in usualOptimizers {
        try expectNoAllocations(.dense, clipNorm: nil, optimizer: optimizer)
      }
    }
    printed(result)
  }

  @Test func stepsOfTwoPlayersDoNotAllocate() async {
    let result = await #expect(
      processExitsWith: .success, observing: [\.standardOutputContent]
    ) {
      let game = Game(shards: 2, threads: 2)
      let updates = Game.updates(10)
      for count in 1...3 { try game.step(count, updates: updates) }
      let sites = try allocations {
        for count in 4...23 { try game.step(count, updates: updates) }
      }
      report(sites, of: "two players, 20 steps")
    }
    printed(result)
  }

  @Test func stepsOfEveryKindOfModelDoNotAllocate() async {
    let result = await #expect(
      processExitsWith: .success, observing: [\.standardOutputContent]
    ) {
      for sample in TrainingSample.kinds { try expectNoAllocations(sample, clipNorm: nil) }
    }
    printed(result)
  }

  @Test func stepsOfSparseRowsDoNotAllocate() async {
    let result = await #expect(
      processExitsWith: .success, observing: [\.standardOutputContent]
    ) {
      try expectNoAllocations(.sparse, clipNorm: nil)
    }
    printed(result)
  }

  @Test func stepsOfAConvolutionDoNotAllocate() async {
    let result = await #expect(
      processExitsWith: .success, observing: [\.standardOutputContent]
    ) {
      try expectNoAllocations(.convolution, clipNorm: nil)
    }
    printed(result)
  }

  @Test func stepsOfShardsThatMeetDoNotAllocate() async {
    let result = await #expect(
      processExitsWith: .success, observing: [\.standardOutputContent]
    ) {
      for sample in MeetingSample.all { try expectNoAllocations(sample) }
    }
    printed(result)
  }

  @Test(.enabled(if: Precision.bfloat16.isAvailable, "needs AVX512-BF16 or AMX-BF16"))
  func stepsInBFloat16DoNotAllocate() async {
    let result = await #expect(
      processExitsWith: .success, observing: [\.standardOutputContent]
    ) {
      try expectNoAllocations(.dense, clipNorm: nil, precision: .bfloat16)
      try expectNoAllocations(.convolution, clipNorm: nil, precision: .bfloat16)
    }
    printed(result)
  }

  /// The counter sees what it is there for: an array made between steps.
  @Test func anAllocationIsSeen() async {
    await #expect(processExitsWith: .success) {
      let sites = allocations {
        for count in 1...20 { consume([UInt32](repeating: 1, count: count)) }
      }
      #expect(sites.filter(\.isOurs).reduce(0) { $0 + $1.calls } == 20)
    }
  }
}

/// Three steps to warm up, then twenty that are counted.
private func expectNoAllocations(
  _ sample: TrainingSample, clipNorm: Double?, precision: Precision = .float32,
  smallestDeferred: Int = 0, optimizer: any Optimizer = usualOptimizers[0].optimizer
) throws {
  let engine = sample.engine(
    batchSize: 32, shards: 2, threads: 2, stateCount: optimizer.stateNames.count, isAveraged: true,
    precision: precision, smallestDeferred: smallestDeferred)
  let order = (0..<96).map { UInt32($0) }
  let scalars = sample.scalars
  func steps(_ counts: ClosedRange<Int>) throws {
    for count in counts {
      let start = count % 3 * 32
      _ = try engine.step(
        order, start..<start + 32, from: sample.source, scalars: scalars,
        noise: (7, UInt32(count)),
        update: optimizer.rule(rate: 0.01, count: count), penalty: WeightPenalty(),
        clipNorm: clipNorm, averageWeight: 0.1)
    }
  }
  try steps(1...3)
  let sites = try allocations { try steps(4...23) }
  report(sites, of: "\(sample), 20 steps")
  try Team.during(workers: 2) {
    try steps(24...26)
    let sites = try allocations { try steps(27...46) }
    report(sites, of: "\(sample), 20 steps in a team")
  }
}

/// The same of a graph whose shards meet.
private func expectNoAllocations(_ sample: MeetingSample) throws {
  let (engine, source) = (sample.engine(shards: 4, threads: 2), MeetingSample.source)
  func steps(_ counts: ClosedRange<Int>) throws {
    for count in counts {
      _ = try engine.step(
        MeetingTests.order, 0..<23, from: source, scalars: [], noise: (7, UInt32(count)),
        update: .sgd(rate: 0.01, momentum: 0.5, nesterov: false), penalty: WeightPenalty(),
        clipNorm: nil)
    }
  }
  try steps(1...3)
  report(try allocations { try steps(4...23) }, of: "\(sample), 20 steps")
}

@inline(never) private func consume(_ values: [UInt32]) {
  if values.first == 0 { print(values) }
}
