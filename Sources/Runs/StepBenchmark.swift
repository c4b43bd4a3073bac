internal import CKernels
public import DataParallel
internal import Datasets
internal import Dispatch
internal import Execution
internal import Foundation
internal import GraphIR
internal import Host
internal import Models
internal import RandomStreams
internal import Training

/// The speed of training steps in their steady state, on synthetic data in memory.
public struct StepBenchmark: Sendable, Codable {
  /// Samples per second over windows of time.
  public struct Rates: Sendable, Hashable, Codable {
    /// The middle window.
    public var median: Double
    /// The slowest window.
    public var min: Double
    /// The fastest window.
    public var max: Double
  }

  /// Name of the configuration.
  public var workload: String
  /// Threads that computed.
  public var threads: Int
  /// Parts of a minibatch.
  public var shards: Int
  /// Examples per minibatch.
  public var batch: Int
  /// Type of the numbers that products multiply.
  public var precision: String
  /// Training examples per second.
  public var samplesPerSecond: Rates
  /// Milliseconds of a step, from the median.
  public var stepMilliseconds: Double
  /// 10⁹ floating-point operations of the graph's products per second, all threads together; of
  /// products of sparse rows, those of their non-zeros.
  public var gflops: Double
  /// What the same threads reach in fused multiply-adds alone, measured in the same run.
  public var peakGflops: Double
  /// `gflops / peakGflops`.
  public var shareOfPeak: Double
  /// The most memory that the process has held.
  public var peakMemoryBytes: Int

  /// Trains a configuration on uniform random examples for some windows of time.
  ///
  /// - Parameters:
  ///   - threads: threads to compute with; shards are the configuration's, or its default for them.
  ///   - seconds: length of a window.
  /// - Throws: `ConfigurationError` where the model does not fit together; errors of kernels.
  public init(
    _ configuration: RunConfiguration, threads: Int, seconds: Double, windows: Int = 5
  ) throws {
    let trial = try TrialTraining(configuration, threads: threads)
    let found = try trial.windows(threads: [threads], seconds: seconds, count: windows)
    self.init(trial, threads: threads, windows: found[0])
  }

  /// Measurements of a trial, fastest first.
  init(_ trial: TrialTraining, threads: Int, windows: [TrialTraining.Window]) {
    let rates = windows.map { Double(trial.training.batchSize) / $0.stepSeconds }
    let rows = max(1, trial.training.batchSize / trial.shards)
    let graph = trial.model.gradientGraph(rows: rows)
    let sparse = trial.examples.source.sparsity.map { ["x": $0] } ?? [:]
    let plan = Plan(graph, table: ParameterTable(trial.model.parameters), sparse: sparse)
    let flops = plan.productFlops / Double(rows)
    workload = trial.name
    (self.threads, shards, batch) = (threads, trial.shards, trial.training.batchSize)
    precision = trial.training.precision.rawValue
    samplesPerSecond = Rates(
      median: rates[rates.count / 2], min: rates.last ?? 0, max: rates.first ?? 0)
    stepMilliseconds = Double(batch) / samplesPerSecond.median * 1e3
    gflops = samplesPerSecond.median * flops / 1e9
    peakGflops = Self.peak(threads: threads)
    shareOfPeak = gflops / peakGflops
    peakMemoryBytes = peakResidentMemory()
  }

  /// Fused multiply-adds of `threads` threads at once, in 10⁹ operations per second.
  private static func peak(threads: Int) -> Double {
    let rounds = 500_000
    let clock = ContinuousClock()
    let best =
      (0..<5).map { _ in
        clock.measure {
          DispatchQueue.concurrentPerform(iterations: threads) { _ in _ = vaedp_fma_chains(rounds) }
        } / .seconds(1)
      }.min() ?? 1
    return Double(threads * vaedp_fma_flops(rounds)) / best / 1e9
  }
}

extension RunConfiguration {
  /// What the model trains on here: uniform numbers, or the rows that the configuration asks for.
  func benchmarkExamples(shape: [Int]) -> ExampleSet {
    data.synthetic?.examples(shape: shape, batch: training.batchSize)
      ?? syntheticExamples(shape: shape, batch: training.batchSize)
  }
}

/// How many examples of a size a benchmark holds in memory: some minibatches of them.
func benchmarkRowCount(size: Int, batch: Int) -> Int {
  max(4 * batch, min(8192, 50_000_000 / size))
}

/// Uniform random examples, some minibatches of them, as bytes like the pixels of images.
func syntheticExamples(shape: [Int], batch: Int) -> ExampleSet {
  let size = shape.reduce(1, *)
  let count = benchmarkRowCount(size: size, batch: batch)
  let stream = Stream(seed: 1, purpose: .sampling)
  // One block of noise, repeated from shifting places: quick to make, and no two rows are equal.
  let block = (0..<UInt32(16384)).map { UInt8(stream.uniform($0, 0) * 256) }
  var values = [UInt8](repeating: 0, count: count * size)
  for index in values.indices { values[index] = block[(index + index / size * 7) & 16383] }
  return ExampleSet(MemoryExamples(bytes: values, exampleShape: shape, scale: 1 / 255))
}

extension KernelProfile {
  /// Times each kernel of a shard's share of a training step, on one thread.
  public init(_ configuration: RunConfiguration, shards: Int, repetitions: Int = 20) throws {
    let shape = try Model.exampleShape(reading: configuration.model)
    let model = try Model(reading: configuration.model, exampleShape: shape)
    let rows = max(1, configuration.training.batchSize / shards)
    let graph = model.gradientGraph(rows: rows)
    let parameters = ParameterMemory(ParameterTable(model.parameters), seed: 0)
    try self.init(
      graph, parameters: parameters, precision: configuration.training.precision,
      minibatch: configuration.training.batchSize,
      source: configuration.benchmarkExamples(shape: shape).source,
      repetitions: repetitions)
  }

  /// A table for people: share of the time, milliseconds, speed, what.
  public var text: String {
    func line(_ row: Row) -> String {
      let speed =
        row.flops > 0
        ? String(format: "%6.0f GFLOP/s", row.flops / row.seconds / 1e9)
        : String(format: "%6.1f GB/s   ", Double(row.bytes) / row.seconds / 1e9)
      let numbers = String(
        format: "%5.1f %%  %8.3f ms  ", row.seconds / seconds * 100, row.seconds * 1e3)
      return numbers + speed + "  " + row.name
        + (row.implementation.isEmpty ? "" : "  [\(row.implementation)]")
    }
    var lines = rows.map(line)
    lines.append(String(format: "one shard on one thread: %.3f ms", seconds * 1e3))
    if !gradients.isEmpty {
      lines += gradients.map(line)
      lines.append(
        String(
          format: "gradients of weights over the minibatch on one thread: %.3f ms",
          gradientSeconds * 1e3))
    }
    return lines.joined(separator: "\n")
  }
}
