import DataParallel
import EngineTestSupport
import Examples
import Execution
import GraphIR
import GraphPasses
import GraphReference
import GraphRuns
import GraphTestSupport
import Models
import Optimizers
import Testing

/// Shards of a minibatch that meet: the objective and the gradients are those of the whole minibatch, whatever
/// its cut, and bits do not depend on threads.
@Suite struct MeetingTests {
  static let shards = [1, 2, 3, 4, 8]
  static let threads = [1, 2, 3, 7, 16]
  static let order = (0..<23).map { UInt32($0) }

  /// Metrics and mean gradients of one step that moves nothing.
  private struct Outcome {
    var objective: Float
    var gradients: [[Float]]
  }

  private func outcome(
    _ sample: MeetingSample, shards: Int, threads: Int, rows: Int = 23
  ) throws -> Outcome {
    let engine = sample.engine(shards: shards, threads: threads)
    _ = try engine.step(
      Self.order, 0..<rows, from: MeetingSample.source, scalars: [], noise: MeetingSample.noise,
      update: .sgd(rate: 0, momentum: 0.5, nesterov: false), penalty: WeightPenalty(),
      clipNorm: nil)
    return Outcome(
      objective: Float(engine.sum("objective")![0]),
      gradients: engine.states[0].table.entries.indices.map { engine.states[0][$0] })
  }

  private func outcome(
    _ sample: TrainingSample, shards: Int, threads: Int
  ) throws -> Outcome {
    let engine = sample.engine(batchSize: 23, shards: shards, threads: threads, stateCount: 1)
    _ = try engine.measure(sample, Self.order)
    return Outcome(
      objective: Float(engine.sum("objective")![0]),
      gradients: engine.states[0].table.entries.indices.map { engine.states[0][$0] })
  }

  private func expectAgreement(_ found: Outcome, _ expected: Outcome, _ place: Comment) {
    #expect(
      abs(found.objective - expected.objective) <= 1e-5 * abs(expected.objective), place)
    let length = expected.gradients.joined().reduce(0) { $0 + Double($1 * $1) }.squareRoot()
    for (found, expected) in zip(found.gradients, expected.gradients) {
      let distance = zip(found, expected).reduce(0) {
        $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1))
      }.squareRoot()
      #expect(distance <= 1e-5 * length, place)
    }
  }

  @Test(arguments: MeetingSample.all)
  func graphsGiveTheInterpretersNumbers(sample: MeetingSample) throws {
    for rows in [23, 5] {
      let table = ParameterTable(sample.graph(4, 9, nil).parameters)
      let memory = ParameterMemory(table, seed: 3)
      let exact = sample.outputs(
        [0..<rows],
        parameters: table.entries.indices.map {
          .init(
            shape: table.entries[$0].declaration.shape, values: memory[$0].map(Double.init))
        }, isDifferentiated: true)
      let expected = Outcome(
        objective: Float(exact[0][0]),
        gradients: exact.dropFirst().map { $0.values.map { Float($0 / Double(rows)) } })
      for shards in Self.shards {
        let found = try outcome(sample, shards: shards, threads: 2, rows: rows)
        expectAgreement(found, expected, "\(rows) rows in \(shards) shards")
      }
    }
  }

  @Test(arguments: [TrainingSample.convolution, .freeBits])
  func shardsAgreeToRounding(sample: TrainingSample) throws {
    let expected = try outcome(sample, shards: 1, threads: 1)
    for shards in Self.shards {
      expectAgreement(
        try outcome(sample, shards: shards, threads: 2), expected, "\(shards) shards")
    }
  }

  @Test(arguments: shards)
  func threadsChangeNoBit(shards: Int) throws {
    for sample in MeetingSample.all {
      let expected = try outcome(sample, shards: shards, threads: 1)
      for threads in Self.threads {
        let found = try outcome(sample, shards: shards, threads: threads)
        #expect(found.gradients == expected.gradients, "\(sample), \(threads) threads")
        #expect(found.objective == expected.objective)
      }
    }
  }

  /// A shard that stands alone is another model for each number of shards, and says so.
  @Test(arguments: [TrainingSample.shardwise, .shardwiseFreeBits])
  func shardsMayStandAlone(sample: TrainingSample) throws {
    #expect(sample.model.seesShard && !sample.model.seesMinibatch)
    let (one, four) = (
      try outcome(sample, shards: 1, threads: 2), try outcome(sample, shards: 4, threads: 2)
    )
    #expect(abs(one.objective - four.objective) > 1e-4 * one.objective)
  }
}

extension MeetingSample {
  /// Examples of the largest minibatch.
  static var source: ExampleSource {
    ExampleSource(DenseExamples(examples(0..<23).values.map(Float.init), shape: [features]))
  }

  /// An engine for up to 23 examples, at the parameters of seed 3.
  func engine(shards: Int, threads: Int) -> StepEngine {
    let table = ParameterTable(graph(4, 9, nil).parameters)
    let family = PlanFamily(
      table: table, fieldNames: ["x"], scalarNames: [], smallestDeferred: 0, seesMinibatch: true,
      seesPlace: true
    ) { graph($0.rows, $0.minibatch, $0.place).differentiated(of: .metric("objective")) }
    return StepEngine(
      family, parameters: ParameterMemory(table, seed: 3), stateCount: 1, batchSize: 23,
      shardCount: shards, threadCount: threads)
  }
}
