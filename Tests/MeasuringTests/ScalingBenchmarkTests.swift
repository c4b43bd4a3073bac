import Measuring
import Testing

/// The comparison of thread counts is whole, on a small model.
@Suite struct ScalingBenchmarkTests {
  @Test func everyNumberIsMeasuredAtTheSameShards() throws {
    let workload = try smallWorkload(#"{ "shards": 3, "batchSize": 48 }"#)
    let scaling = try ScalingBenchmark(
      workload, threads: [2, 3, 2], seconds: 0.002, windows: 3)
    #expect(scaling.results.map(\.threads) == [1, 2, 3])
    #expect(scaling.results.allSatisfy { $0.shards == 3 && $0.samplesPerSecond.median > 0 })
    #expect(scaling.alone == nil, "the configuration has a number of shards")
    #expect(scaling.predictions.map(\.shards) == [16, 48])
    #expect(scaling.predictions.map(\.rows) == [3, 1])
    #expect(scaling.predictions.allSatisfy { $0.parts.total > 0 && $0.parts.total.isFinite })
    let lines = scaling.text.split(separator: "\n")
    #expect(lines.count == 9)
    #expect(lines[0] == "small: batch 48 in 3 shards for every number of threads, float32")
  }

  @Test func partsOfAStepAddUp() throws {
    let workload = try smallWorkload(#"{ "shards": 2, "batchSize": 8 }"#)
    let kernels = try KernelProfile(workload, shards: 2)
    let profile = try StepProfile(workload, threads: 2, kernels: kernels, seconds: 0.002)
    let sum = profile.parts.reduce(0) { $0 + $1.seconds }
    // The parts are differences of the same clock readings, divided by whole numbers.
    #expect(abs(sum / profile.stepSeconds - 1) < 1e-9)
    #expect(profile.text.split(separator: "\n").count == 9)
  }
}
