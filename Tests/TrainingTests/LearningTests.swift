import DataParallel
import Diagnosis
import EngineTestSupport
import Examples
import GraphIR
import GraphRuns
import Testing
import Training

@Suite struct LearningTests {
  /// Half of the examples are dark on the left, half on the right, with noise.
  private static func halves(_ row: Int, _ element: Int) -> Float {
    let isBright = (element < 6) == row.isMultiple(of: 2)
    return (isBright ? 0.9 : 0.05) + 0.05 * TrainingSample.pattern(row, element)
  }

  private static func halves(_ precision: Precision) -> TrainingSample {
    TrainingSample(
      "halves in \(precision)",
      model: """
        { "encoder": [{ "dense": { "units": 16 } }, "tanh"],
          "posterior": { "gaussian": { "latent": 2 } },
          "decoder": [{ "dense": { "units": 16 } }, "tanh", { "dense": { "units": 12 } }],
          "likelihood": "bernoulli" }
        """,
      training: """
        { "batchSize": 11, "epochs": 150, "optimizer": { "adam": { "learningRate": 0.01 } },
          "precision": "\(precision.rawValue)" }
        """, value: Self.halves)
  }

  @Test func aSmallModelLearnsToTellTwoKindsApart() throws {
    let trainer = Self.halves(.float32).trainer(threads: 2)
    try trainer.run()
    let history = trainer.state.history
    let (first, last) = (history[0].training, history[149].training)
    // At the start each pixel costs about log 2; what the halves leave is the entropy of each pixel
    // and about log 2 for the choice: below 12 · 0.33 + 0.7 + 1, far from 12 · 0.69.
    #expect(first.objective > 8)
    #expect(last.objective < 5.5)
    #expect(history[149].validation!.objective < 6)
    #expect(last.activeUnits >= 1)
    #expect(last.kl > 0.3)
  }

  /// Single losses differ by what the noise makes of rounding; means over epochs do not.
  @Test(.enabled(if: Precision.bfloat16.isAvailable, "needs AVX512-BF16 or AMX-BF16"))
  func bfloat16LearnsLikeFloat32() throws {
    func losses(_ precision: Precision) throws -> [Double] {
      let trainer = Self.halves(precision).trainer(threads: 2)
      try trainer.run()
      return trainer.state.history.map(\.training.objective)
    }
    let (full, rounded) = (try losses(.float32), try losses(.bfloat16))
    #expect(full != rounded)
    for epochs in [0..<10, 50..<75, 125..<150] {
      let (a, b) = (full[epochs].reduce(0, +), rounded[epochs].reduce(0, +))
      #expect(abs(a - b) <= 0.03 * a, "epochs \(epochs): \(a) in float32, \(b) in bfloat16")
    }
  }

  /// A loss that is no number stops the training before it touches anything.
  @Test(arguments: [1, 3])
  func aNonFiniteLossLeavesTheParametersAsTheyWere(threads: Int) throws {
    let sample = TrainingSample(
      "convolution", exampleShape: [4, 4, 1],
      model: """
        { "encoder": [{ "conv": { "channels": 2, "kernel": 3, "padding": 1 } }, "batchNorm",
            "flatten"],
          "posterior": { "gaussian": { "latent": 2 } },
          "decoder": [{ "dense": { "units": 16 } },
            { "reshape": { "channels": 1, "height": 4, "width": 4 } }],
          "likelihood": "gaussian" }
        """, training: "{ \"batchSize\": 22, \"epochs\": 1, \"optimizer\": \"adam\" }",
      value: { row, element in row == 13 && element == 5 ? .nan : 0.5 })
    let trainer = sample.trainer(threads: threads)
    let before = trainer.snapshot()
    let error = #expect(throws: NonFiniteReport.self) { try trainer.run() }
    #expect(error?.cause.kind == .objective && error?.cause.place == "input x")
    #expect(error?.cause.example == 13)
    #expect(error?.cause.examples.contains(13) == true)
    #expect(error?.cause.examples.count == 11)
    let after = trainer.snapshot()
    #expect(bits(after.parameters) == bits(before.parameters))
    #expect(after.states.map { bits($0.arrays) } == before.states.map { bits($0.arrays) })
    #expect(trainer.state.step == 0)
  }
}
