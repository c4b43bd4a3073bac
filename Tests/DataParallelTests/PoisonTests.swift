import DataParallel
import EngineTestSupport
import Examples
import Execution
import GraphIR
import GraphRuns
import Models
import Optimizers
import Testing
import Training

/// No kernel reads what nobody wrote: memory full of what is no number, or of huge numbers, before each step changes
/// no bit.
@Suite struct PoisonTests {
  static let configurations = ShippedConfiguration.all + [.batchNormalized]

  @Test(arguments: configurations)
  func whatNobodyWroteIsNotRead(configuration: ShippedConfiguration) throws {
    try expectSameBits(configuration.model(), .float32)
  }

  @Test(
    .enabled(if: Precision.bfloat16.isAvailable, "needs AVX512-BF16 or AMX-BF16"),
    arguments: configurations)
  func whatNobodyWroteIsNotReadInBFloat16(configuration: ShippedConfiguration) throws {
    try expectSameBits(configuration.model(), .bfloat16)
  }

  @Test(arguments: [TrainingSample.sparse, .shardwise, .freeBits] + TrainingSample.kinds)
  func samplesToo(sample: TrainingSample) throws {
    try expectSameBits(sample.model, .float32, source: sample.source)
  }

  private func expectSameBits(
    _ model: Model, _ precision: Precision, source: ExampleSource? = nil
  ) throws {
    let size = model.exampleShape.reduce(1, *)
    let data = DenseExamples(
      (0..<13 * size).map { Float(($0 * 7919 + $0 / size) % 97) / 96 }, shape: model.exampleShape)
    let labels = ClassExamples((0..<13).map { $0 % 10 }, names: (0..<10).map(String.init))
    let examples = try (source ?? ExampleSource([(Field.data, data), (Field.label, labels)]))
      .selecting(model.fieldNames)
    let clean = try bits(model, precision, examples, poison: nil)
    for poison in [Float.nan, 1e38] {
      #expect(try bits(model, precision, examples, poison: poison) == clean, "\(poison)")
    }
  }

  /// Parameters after steps on ten rows and on three.
  private func bits(
    _ model: Model, _ precision: Precision, _ source: ExampleSource, poison: Float?
  ) throws -> [[UInt32]] {
    let table = ParameterTable(model.parameters)
    let engine = StepEngine(
      model.players(on: source, precision: precision),
      parameters: ParameterMemory(table, seed: 2), stateCount: 2, batchSize: 10, shardCount: 3,
      threadCount: 2)
    let order = (0..<13).map { UInt32($0) }
    for (step, range) in [0..<10, 3..<13, 10..<13].enumerated() {
      // The first step of a size reserves memory; another follows on what is poisoned then.
      for _ in 0..<2 {
        if let poison { engine.poison(poison) }
        _ = try engine.step(
          order, range, from: source,
          scalars: model.scalars(at: Moment(epoch: 1, exampleCount: 64)).map { Float($0) },
          noise: (5, UInt32(step)),
          update: .adam(
            rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0, count: step + 1),
          penalty: WeightPenalty(), clipNorm: step == 1 ? 1 : nil)
      }
    }
    return engine.parameterBits
  }
}
