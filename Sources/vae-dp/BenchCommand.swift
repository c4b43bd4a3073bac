import ArgumentParser
import Foundation
import VAEDP

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure the speed of training steps on synthetic data in memory.")

  @Argument(help: "A configuration, or all for those of configs/bench.")
  var config: String

  @Argument(help: "Keys to override: training.batchSize=64")
  var overrides: [String] = []

  @Option(
    help: """
      Threads to compute with: a number, auto for the fastest by a short measurement, or several such as \
      1,2,4, which are compared and explained. (default: all cores of this process)
      """)
  var threads: ThreadNumbers?

  @Option(help: "Seconds of each of the five windows.")
  var seconds = 1.0

  @Option(help: "What products multiply instead: float32, bfloat16 or auto.")
  var precision: String?

  @Flag(help: "Show where the time of one shard goes, kernel by kernel.")
  var profile = false

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    if profile, json { throw ValidationError("--profile is a table; --json has no place for it.") }
    guard seconds > 0, seconds.isFinite else {
      throw ValidationError("--seconds takes a number above 0.")
    }
  }

  func run() throws {
    try reporting {
      let changes = overrides + (precision.map { ["training.precision=\($0)"] } ?? [])
      var results: [StepBenchmark] = []
      for file in try files() {
        let workload = try RunConfiguration(file: file, overrides: changes).workload()
        let measured = try measure(workload)
        results += measured
        guard profile, !json, let result = measured.last else { continue }
        let kernels = try KernelProfile(workload, shards: result.shards)
        try put(kernels.text)
        try put(
          try StepProfile(
            workload, threads: result.threads, kernels: kernels, seconds: seconds
          ).text)
      }
      if json { try put(json: results) }
    }
  }

  /// Measures and, unless JSON is wanted, prints.
  private func measure(_ workload: Workload) throws -> [StepBenchmark] {
    if let numbers = threads?.comparison {
      let scaling = try ScalingBenchmark(workload, threads: numbers, seconds: seconds)
      if !json { try put(scaling.text) }
      return scaling.results
    }
    let result = try StepBenchmark(
      workload, threads: try count(workload), seconds: seconds)
    if !json { try put(line(result)) }
    return [result]
  }

  /// The one number of threads that was asked for.
  private func count(_ workload: Workload) throws -> Int {
    switch threads?.numbers.first {
    case .number(let number): return number
    case .auto:
      let choice = try ThreadChoice(workload)
      ProgressLine().say("\(workload.name), \(choice)")
      return choice.threads
    case nil: return availableThreadCount()
    }
  }

  private func files() throws -> [String] {
    guard config == "all" else { return [config] }
    let folder = "configs/bench"
    let names = try LocalFileSystem().list(folder)
    return names.filter { $0.hasSuffix(".json") }.map { "\(folder)/\($0)" }
  }

  private func line(_ result: StepBenchmark) -> String {
    let rates = result.samplesPerSecond
    return String(
      format: "%@  %.0f samples/s (%.0f to %.0f)  %.3f ms per step  %.0f of %.0f GFLOP/s = %.0f %%"
        + "  %.0f MB  %@, threads %d, shards %d, batch %d",
      result.workload, rates.median, rates.min, rates.max, result.stepMilliseconds, result.gflops,
      result.peakGflops, result.shareOfPeak * 100, Double(result.peakMemoryBytes) / 1e6,
      result.precision, result.threads, result.shards, result.batch)
  }
}
