import EngineTestSupport
import Teamwork
import Testing
import Training

/// A whole step of a training, with its schedule, scalars and sums, allocates nothing of its own.
@Suite(.enabled(if: canCountAllocations))
struct TrainerAllocationTests {
  @Test func stepsOfATrainingDoNotAllocate() async {
    let result = await #expect(
      processExitsWith: .success, observing: [\.standardOutputContent]
    ) {
      let sample = TrainingSample.autoencoder(
        """
        { "batchSize": 1, "clipNorm": 0.5, "schedule": { "cosine": { "warmUpEpochs": 1 } },
          "optimizer": { "nadam": { "learningRate": 1e-2 } }, "average": "exponential" }
        """)
      let trainer = sample.trainer(threads: 2)
      // A training makes its team once.
      try Team.during(workers: 2) {
        // Less than an epoch: its order is an array, made once.
        try trainer.measureSteps(count: 2)
        let sites = try allocations { try trainer.measureSteps(count: 18) }
        report(sites, of: "training, 18 steps")
      }
    }
    printed(result)
  }

  /// The turns of all players.
  @Test func stepsOfEveryKindOfModelDoNotAllocate() async {
    let result = await #expect(
      processExitsWith: .success, observing: [\.standardOutputContent]
    ) {
      for sample in ThreadMatrixTests.kinds(training: "{ \"batchSize\": 4 }") {
        let trainer = sample.trainer(threads: 2)
        try Team.during(workers: 2) {
          try trainer.measureSteps(count: 2)
          let sites = try allocations { try trainer.measureSteps(count: 3) }
          report(sites, of: "training of \(sample), 3 steps")
        }
      }
    }
    printed(result)
  }
}
