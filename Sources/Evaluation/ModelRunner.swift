public import Examples
public import Execution
internal import GraphIR
internal import GraphRuns
public import Host
public import Models
internal import RandomStreams
public import Training

/// A trained model ready to be used: encode, reconstruct, sample, evaluate, on all cores.
///
/// Results do not depend on the number of threads.
public final class ModelRunner {
  /// The model.
  public let model: Model
  /// Its parameters.
  public let parameters: ParameterMemory
  /// Threads that work at once.
  public var threadCount: Int
  /// Bytes that its workers' arrays may take beside the parameters; nil for any.
  public var memoryLimit: Int?

  /// A model with its parameters.
  ///
  /// - Throws: `SnapshotMismatch` where an array is missing or of another shape.
  public init(
    _ model: Model, parameters arrays: [NamedArray], threadCount: Int = availableThreadCount(),
    memoryLimit: Int? = nil
  ) throws(SnapshotMismatch) {
    self.model = model
    self.threadCount = threadCount
    self.memoryLimit = memoryLimit
    parameters = ParameterMemory(ParameterTable(model.parameters))
    try parameters.set(arrays)
  }

  /// Latents of examples: posterior means and, where the posterior has them, log-variances; each
  /// `[N, Z]`, row-major.
  public func encode(_ examples: ExampleSet) throws -> (mean: [Float], logVariance: [Float]?) {
    let results = try run(examples) { self.model.encoderGraph(rows: $0) }
    return (results.rows("mean") ?? [], results.rows("logVariance"))
  }

  /// Means of p(x|z) at the examples' posterior means: `[N]` + example shape.
  public func reconstruct(_ examples: ExampleSet) throws -> [Float] {
    try run(examples) { self.model.reconstructionGraph(rows: $0) }
      .rows("reconstruction") ?? []
  }

  /// Means of p(x|z) at given latents `[N, Z]`: `[N]` + example shape.
  ///
  /// - Parameter given: as many examples with the fields that the decoder reads beside the latents; none where nil.
  /// - Precondition: `latents` holds whole rows.
  public func decode(_ latents: [Float], given: ExampleSource? = nil) throws -> [Float] {
    precondition(latents.count % model.latentCount == 0, "\(latents.count) numbers are no rows")
    let z = ExampleSource([("z", DenseExamples(latents, shape: [model.latentCount]))])
    return try run(ExampleSet(given.map(z.adding) ?? z)) { self.model.decoderGraph(rows: $0) }
      .rows("mean") ?? []
  }

  /// Means of p(x|z) for `count` draws of z from the prior: `[count]` + example shape. A function of
  /// the seed; draw `i` is the same for any count.
  ///
  /// - Parameter given: as in `decode`.
  public func sample(count: Int, seed: UInt64, given: ExampleSource? = nil) throws -> [Float] {
    let key = Stream(seed: seed, purpose: .sampling).key
    return try run(ExampleSet(given ?? ExampleSource(count: count)), noise: (key, 0)) {
      self.model.samplingGraph(rows: $0)
    }.rows("mean") ?? []
  }

  /// Runs a graph on the fields of examples that it reads.
  ///
  /// - Throws: `MissingField` for one that they have not.
  func run(
    _ examples: ExampleSet, chunkRows: Int = 128, scalars: [Float] = [],
    scalarNames: [String] = [], noise: (seed: UInt64, step: UInt32) = (0, 0),
    graph: @escaping (Int) -> Graph
  ) throws -> ChunkResults {
    let read = graph(1).inputs.map(\.name).filter { !scalarNames.contains($0) }
    let source = try examples.source.selecting(read)
    let family = PlanFamily(
      table: parameters.table, fieldNames: read, scalarNames: scalarNames,
      sparsity: source.sparsity, graph: graph)
    let runner = ChunkRunner(
      family, chunkRows: chunkRows, threadCount: threadCount, memoryLimit: memoryLimit)
    return try runner.run(
      examples.positions, from: source, parameters: parameters, scalars: scalars,
      noise: noise)
  }
}
