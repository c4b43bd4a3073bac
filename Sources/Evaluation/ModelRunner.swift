public import Examples
public import Execution
internal import GraphIR
internal import GraphRuns
public import Host
internal import KernelCalls
public import Models
internal import RandomStreams
public import Training

/// A trained model ready to be used: encode, reconstruct, sample, evaluate, on all cores.
///
/// Results do not depend on the number of threads. What is compiled for one call serves the next of its kind.
public final class ModelRunner {
  /// The model.
  public let model: Model
  /// Its parameters.
  public let parameters: ParameterMemory
  /// Threads that work at once.
  public var threadCount: Int
  /// Bytes that its workers' arrays may take beside the parameters; nil for any.
  public var memoryLimit: Int?
  /// Graphs that were compiled so far, for each use and number of rows.
  package private(set) var compilationCount = 0
  private var fieldNames: [ModelUse: [String]] = [:]
  private var runners: [Compiled: ChunkRunner] = [:]
  private let memory = WorkerMemory()

  /// A model with its parameters.
  ///
  /// - Throws: `SnapshotError` where an array is missing or of another shape.
  public init(
    _ model: Model, parameters arrays: [NamedArray], threadCount: Int = availableThreadCount(),
    memoryLimit: Int? = nil
  ) throws(SnapshotError) {
    self.model = model
    self.threadCount = threadCount
    self.memoryLimit = memoryLimit
    parameters = ParameterMemory(ParameterTable(model.parameters))
    try parameters.set(arrays)
  }

  /// Latents of examples: posterior means and, where the posterior has them, log-variances; each
  /// `[N, Z]`, row-major.
  public func encode(_ examples: ExampleSet) throws -> (mean: [Float], logVariance: [Float]?) {
    let results = try run(.encoding, on: examples)
    return (results.rows("mean") ?? [], results.rows("logVariance"))
  }

  /// Means of p(x|z) at the examples' posterior means: `[N]` + example shape.
  public func reconstruct(_ examples: ExampleSet) throws -> [Float] {
    try run(.reconstruction, on: examples).rows("reconstruction") ?? []
  }

  /// Means of p(x|z) at given latents `[N, Z]`: `[N]` + example shape.
  ///
  /// - Parameter given: as many examples with the fields that the decoder reads beside the latents; none where nil.
  /// - Precondition: `latents` holds whole rows.
  public func decode(_ latents: [Float], given: ExampleSource? = nil) throws -> [Float] {
    precondition(latents.count % model.latentCount == 0, "\(latents.count) numbers are no rows")
    let z = ExampleSource([("z", DenseExamples(latents, shape: [model.latentCount]))])
    return try run(.decoding, on: ExampleSet(given.map(z.adding) ?? z)).rows("mean") ?? []
  }

  /// Means of p(x|z) for `count` draws of z from the prior: `[count]` + example shape. A function of
  /// the seed; draw `i` is the same for any count.
  ///
  /// - Parameter given: as in `decode`.
  public func sample(count: Int, seed: UInt64, given: ExampleSource? = nil) throws -> [Float] {
    let key = Stream(seed: seed, purpose: .sampling).key
    return try run(
      .sampling, on: ExampleSet(given ?? ExampleSource(count: count)), noise: (key, 0)
    ).rows("mean") ?? []
  }

  /// Runs a graph on the fields of examples that it reads.
  ///
  /// - Throws: `MissingField` for one that they have not.
  func run(
    _ use: ModelUse, on examples: ExampleSet, scalars: [Float] = [],
    noise: (seed: UInt64, step: UInt32) = (0, 0)
  ) throws -> ChunkResults {
    let source = try examples.source.selecting(fieldNames(of: use))
    let runner = runner(for: Compiled(use: use, sparsity: source.sparsity), source.fieldNames)
    (runner.threadCount, runner.memoryLimit) = (threadCount, memoryLimit)
    return try runner.run(
      examples.positions, from: source, parameters: parameters, scalars: scalars, noise: noise)
  }

  /// What a use's graph reads of the examples.
  private func fieldNames(of use: ModelUse) -> [String] {
    if let names = fieldNames[use] { return names }
    let scalars = use.scalarNames(of: model)
    let names = use.graph(of: model, rows: 1).inputs.map(\.name).filter { !scalars.contains($0) }
    fieldNames[use] = names
    return names
  }

  /// What plans depend on beside the number of rows.
  private struct Compiled: Hashable {
    var use: ModelUse
    var sparsity: [String: RowSparsity]
  }

  private func runner(for key: Compiled, _ fieldNames: [String]) -> ChunkRunner {
    if let runner = runners[key] { return runner }
    let family = PlanFamily(
      table: parameters.table, fieldNames: fieldNames,
      scalarNames: key.use.scalarNames(of: model), sparsity: key.sparsity
    ) { [unowned self] rows in
      compilationCount += 1
      return key.use.graph(of: model, rows: rows)
    }
    let runner = ChunkRunner(
      family, chunkRows: key.use.chunkRows(of: model), threadCount: threadCount, memory: memory)
    runners[key] = runner
    return runner
  }
}
