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

  @OptionGroup var threads: ThreadOption

  @Option(help: "Seconds of each of the five windows.")
  var seconds = 1.0

  @Option(help: "What products multiply instead: float32, bfloat16 or auto.")
  var precision: String?

  @Flag(help: "Show where the time of one shard goes, kernel by kernel.")
  var profile = false

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    try reporting {
      let threads = threads.count ?? availableThreadCount()
      let changes = overrides + (precision.map { ["training.precision=\($0)"] } ?? [])
      var results: [StepBenchmark] = []
      for file in try files() {
        let configuration = try RunConfiguration(file: file, overrides: changes)
        let result = try StepBenchmark(configuration, threads: threads, seconds: seconds)
        results.append(result)
        if !json { print(line(result)) }
        if profile {
          print(try KernelProfile(configuration, shards: result.shards).text)
        }
      }
      if json {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        print(String(decoding: try encoder.encode(results), as: UTF8.self))
      }
    }
  }

  private func files() throws -> [String] {
    guard config == "all" else { return [config] }
    let folder = "configs/bench"
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    return names.filter { $0.hasSuffix(".json") }.sorted().map { "\(folder)/\($0)" }
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
