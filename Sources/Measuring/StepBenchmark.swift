internal import CKernels
internal import DataParallel
internal import Dispatch
internal import Examples
internal import Execution
internal import GraphIR
internal import Host
internal import Models
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

  /// Name of the workload.
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

  /// Trains a workload for some windows of time.
  ///
  /// - Parameters:
  ///   - threads: threads to compute with; shards are the configuration's, or its default for them.
  ///   - seconds: length of a window.
  /// - Throws: `ConfigurationError` where the processor lacks the precision; errors of kernels.
  public init(
    _ workload: Workload, threads: Int, seconds: Double, windows: Int = 5
  ) throws {
    let trial = try TrialTraining(workload, threads: threads)
    let found = try trial.windows(threads: [threads], seconds: seconds, count: windows)
    self.init(trial, threads: threads, windows: found[0])
  }

  /// Measurements of a trial, fastest first.
  init(_ trial: TrialTraining, threads: Int, windows: [TrialTraining.Window]) {
    let rates = windows.map { Double(trial.workload.training.batchSize) / $0.stepSeconds }
    let rows = max(1, trial.workload.training.batchSize / trial.shards)
    let graph = trial.workload.model.gradientGraph(rows: rows)
    let sparse = trial.examples.source.sparsity
    let plan = Plan(graph, table: ParameterTable(trial.workload.model.parameters), sparse: sparse)
    let flops = plan.productFlops / Double(rows)
    workload = trial.workload.name
    (self.threads, shards, batch) = (threads, trial.shards, trial.workload.training.batchSize)
    precision = trial.workload.training.precision.rawValue
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
