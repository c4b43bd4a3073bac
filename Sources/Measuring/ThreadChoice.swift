public import Evaluation
public import Examples
internal import GraphIR
internal import Host
public import Models
public import Training

/// A number of threads that a short measurement found to be the fastest.
public struct ThreadChoice: Sendable, Hashable, CustomStringConvertible {
  /// The number.
  public var threads: Int
  /// Why.
  public var reason: String
  /// One line.
  public var description: String { "\(threads) thread\(threads == 1 ? "" : "s"): \(reason)" }

  /// Takes all cores where nothing else can be faster, or else measures.
  ///
  /// Two things make fewer threads faster: cores that are halves of one (hyper-threads), and work so
  /// short that waking threads takes longer than they save. A number other than all cores must win by
  /// 3 %.
  ///
  /// - Parameters:
  ///   - cores: threads that may run at once.
  ///   - physicalCores: cores that share nothing with each other, at most `cores`.
  ///   - seconds: times one piece of the work with so many threads.
  public init(
    cores: Int, physicalCores: Int, seconds: (_ threads: Int) throws -> Double
  ) rethrows {
    guard cores > 1 else {
      self.init(threads: 1, reason: "there is one core")
      return
    }
    _ = try seconds(cores)
    let first = try min(seconds(cores), seconds(cores))
    let isShort = first < 0.01
    guard isShort || physicalCores < cores else {
      self.init(
        threads: cores,
        reason: "all cores; \(Self.time(first)) of work are long beside waking threads")
      return
    }
    var candidates: Set = [cores, physicalCores]
    if isShort {
      var fewer = cores / 2
      while fewer >= 1 {
        candidates.insert(fewer)
        fewer /= 2
      }
    }
    var best = Dictionary(uniqueKeysWithValues: candidates.map { ($0, Double.infinity) })
    let pieces = max(1, min(20, Int(0.005 / first)))
    for _ in 0..<5 {
      for number in candidates.sorted() {
        for _ in 0..<pieces { best[number] = min(best[number]!, try seconds(number)) }
      }
    }
    self.init(best: best, cores: cores)
  }

  /// The choice from the shortest time of each number.
  private init(best: [Int: Double], cores: Int) {
    let all = best[cores] ?? .infinity
    let fastest = best.min { ($0.value, $0.key) < ($1.value, $1.key) } ?? (cores, all)
    let chosen = fastest.value < all * 0.97 ? fastest.key : cores
    let times = best.sorted { $0.key < $1.key }
      .map { "\($0.key): \(Self.time($0.value))" }.joined(separator: ", ")
    self.init(threads: chosen, reason: "measured, by threads: \(times)")
  }

  private init(threads: Int, reason: String) {
    (self.threads, self.reason) = (threads, reason)
  }

  private static func time(_ seconds: Double) -> String {
    let microseconds = (seconds * 1e6).rounded()
    return microseconds < 10_000
      ? "\(Int(microseconds)) µs" : "\(Int((microseconds / 1000).rounded())) ms"
  }
}

extension ThreadChoice {
  /// The fastest number for steps of a training, tried on one that is thrown away: it starts from the
  /// same shards and data, and leaves no trace.
  ///
  /// - Throws: errors of kernels and of the data. An objective that is not finite is left to the training to report; all
  ///   cores are taken then.
  public init(
    _ model: Model, _ configuration: TrainingConfiguration, shards: Int, examples: ExampleSet
  ) throws {
    let cores = availableThreadCount()
    // Reading in the background takes the time of cores that are being compared.
    try examples.source.finishReading()
    let some = ExampleSet(
      examples.source, positions: Array(examples.positions.prefix(4 * configuration.batchSize)))
    let trainer = try Trainer(
      model: model, configuration: configuration, shards: shards, threads: cores, training: some,
      validation: nil)
    do {
      var steps = 1
      try self.init(cores: cores, physicalCores: min(cores, availableCoreCount())) { threads in
        trainer.threads = threads
        let seconds = try trainer.measureSteps(count: steps) / Double(steps)
        // Some more where they are short: a team first has to come together.
        steps = max(1, min(10, Int(0.002 / seconds)))
        return seconds
      }
    } catch is NonFiniteReport {
      self.init(threads: cores, reason: "all cores; the objective of a trial step is not finite")
    }
  }
}

extension ExampleSource {
  /// Zeros for some inputs of a graph for one row; nil for none.
  fileprivate static func zeros(
    _ inputs: [(name: String, shape: Shape)], count: Int
  ) -> ExampleSource? {
    if inputs.isEmpty { return nil }
    return ExampleSource(
      inputs.map { name, shape in
        let zeros = [Float](repeating: 0, count: count * shape.count)
        return (name, DenseExamples(zeros, shape: Array(shape.extents.dropFirst())))
      })
  }
}

extension ThreadChoice {
  /// The fastest number for a workload's steps.
  ///
  /// - Throws: `ConfigurationError` where the processor lacks the precision; errors of kernels.
  public init(_ workload: Workload) throws {
    let trial = try TrialTraining(workload, threads: availableThreadCount())
    try self.init(
      workload.model, workload.training, shards: trial.shards, examples: trial.examples)
  }

  /// The fastest number for decoding.
  ///
  /// - Throws: errors of kernels.
  public init(decodingWith runner: ModelRunner) throws {
    let (cores, before) = (availableThreadCount(), runner.threadCount)
    defer { runner.threadCount = before }
    let rows = 128 * cores
    let latents = [Float](repeating: 0, count: rows * runner.model.latentCount)
    let given = ExampleSource.zeros(
      runner.model.decoderGraph(rows: 1).inputs.filter { $0.name != "z" }, count: rows)
    try self.init(cores: cores, physicalCores: min(cores, availableCoreCount())) { threads in
      runner.threadCount = threads
      let clock = ContinuousClock()
      return try clock.measure { _ = try runner.decode(latents, given: given) } / .seconds(1)
    }
  }
}
