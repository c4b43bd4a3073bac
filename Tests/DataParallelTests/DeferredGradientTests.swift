import DataParallel
import EngineTestSupport
import Execution
import GraphIR
import GraphPasses
import Testing

/// Gradients of dense weights that are made over the whole minibatch, tile by tile.
@Suite struct DeferredGradientTests {
  /// The same gradients as those of the shards, up to the order of the sum.
  @Test(arguments: [TrainingSample.dense, .convolution, .sparse], [nil, 0.05])
  func gradientsAgreeWithThoseOfTheShards(sample: TrainingSample, clipNorm: Double?) throws {
    let order = (0..<23).map { UInt32($0 * 4) }
    let found = [0, Int.max].map {
      sample.engine(
        batchSize: 23, shards: 3, threads: 2, stateCount: 1, smallestDeferred: $0)
    }
    let outcomes = try found.map { try $0.measure(sample, order, clipNorm: clipNorm) }
    #expect(abs(outcomes[0].gradientNorm / outcomes[1].gradientNorm - 1) < 1e-6)
    for (index, entry) in found[0].parameters.table.entries.enumerated() {
      let (made, expected) = (found[0].states[0][index], found[1].states[0][index])
      let largest = expected.map(abs).max() ?? 0
      for (a, b) in zip(made, expected) {
        // Some dozens of roundings of float32.
        #expect(abs(a - b) <= 2e-6 * largest, "\(entry.declaration.name)")
      }
    }
    #expect(found[0].deferredCount > 0 && found[1].deferredCount == 0)
  }

  /// A minibatch smaller than the one that memory was made for, and one example alone.
  @Test(arguments: [1, 2, 7, 22]) func raggedMinibatchesAgree(count: Int) throws {
    let sample = TrainingSample.dense
    let order = (0..<UInt32(count)).map { $0 * 3 }
    let found = try [0, Int.max].map { smallest in
      let engine = sample.engine(
        batchSize: 23, shards: 3, threads: 2, stateCount: 1, smallestDeferred: smallest)
      return try engine.measure(sample, order).gradientNorm
    }
    #expect(abs(found[0] / found[1] - 1) < 1e-6)
  }

  /// Steps in which every sum is checked first, as they are where nothing is known of the parameters, have
  /// the bits of steps that are certain from the start.
  @Test(arguments: [TrainingSample.dense, .sparse], [2, 3])
  func checkedStepsHaveTheBitsOfOthers(sample: TrainingSample, threads: Int) throws {
    let order = (0..<24).map { UInt32($0) }
    let (usual, checked) = (
      sample.engine(batchSize: 24, shards: 3, threads: threads),
      sample.engine(batchSize: 24, shards: 3, threads: threads)
    )
    for step in 1...6 {
      let plain = try usual.adam(sample, order, 0..<24, count: step)
      // Set to what it is: the engine cannot know.
      checked.parameters[0] = checked.parameters[0]
      let other = try checked.adam(sample, order, 0..<24, count: step)
      #expect(plain == other)
    }
    #expect(usual.parameterBits == checked.parameterBits)
  }

  /// Learnt rows may be as many as a shard's examples by chance.
  @Test(arguments: [(NoiseRows.examples, 6), (.numbered(from: 0), 0)])
  func productsOfRowsThatAreNoExamplesAreTheShardsOwn(owners: NoiseRows, deferred: Int) {
    func graph(rows: Int) -> Graph {
      var g = GraphBuilder()
      let w = g.parameter(
        ParameterDeclaration(
          name: "w", shape: [3, 2], initializer: .constant(1), role: .trained(isWeight: true)))
      let noise = g.random(
        .standardNormal, [owners == .examples ? rows : 4, 2], rows: owners)
      let made = g.matmul(noise, w, transposeRight: true)
      let products = g.matmul(g.input("x", [rows, 3]), made, transposeRight: true)
      g.output(.metric("objective"), g.sum(g.square(products)))
      return g.graph.differentiated(of: .metric("objective"))
    }
    let family = PlanFamily(
      table: ParameterTable(graph(rows: 4).parameters), fieldNames: ["x"], scalarNames: [],
      smallestDeferred: 0, graph: graph)
    let engine = StepEngine(
      family, parameters: ParameterMemory(family.table, seed: 1), stateCount: 0, batchSize: 8,
      shardCount: 2, threadCount: 1)
    #expect(engine.deferredCount == deferred)
  }

  /// The memory of gradient buffers goes: what is deferred is in none.
  @Test func gradientBuffersHoldNoDeferredGradient() {
    func bytes(_ smallest: Int) -> Int {
      TrainingSample.dense.engine(
        batchSize: 8, shards: 8, threads: 1, smallestDeferred: smallest
      ).workingByteCount
    }
    let weights = 18 * 17 + 17 * 9 + 9 * 3 * 2 + 3 * 11 + 11 * 18
    // Eight gradient buffers without them; operands and one tile instead.
    #expect(bytes(.max) - bytes(0) > (8 - 4) * weights * 4)
  }
}
