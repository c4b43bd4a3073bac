internal import Evaluation
internal import Examples
internal import Execution
internal import GraphIR
internal import GraphRuns
internal import Models

/// Times the decoding of some latents with different numbers of threads.
final class DecodingTrial {
  private let model: ModelRunner
  private let source: ExampleSource
  private let family: PlanFamily
  private var runners: [Int: ChunkRunner] = [:]

  /// A trial on `rows` latents, all at 0 as whatever else the decoder reads.
  init(_ model: ModelRunner, rows: Int) {
    self.model = model
    source = ExampleSource(
      model.model.decoderGraph(rows: 1).inputs.map { name, shape in
        let zeros = [Float](repeating: 0, count: rows * shape.count)
        return (name, DenseExamples(zeros, shape: Array(shape.extents.dropFirst())))
      })
    family = PlanFamily(
      table: model.parameters.table, fieldNames: source.fieldNames, scalarNames: []
    ) {
      [model = model.model] in model.decoderGraph(rows: $0)
    }
  }

  /// Seconds with so many threads; the first call for a number compiles as well.
  ///
  /// - Throws: errors of kernels.
  func seconds(threads: Int) throws -> Double {
    let runner =
      runners[threads]
      ?? ChunkRunner(
        family, chunkRows: 128, threadCount: threads, memoryLimit: model.memoryLimit)
    runners[threads] = runner
    let (rows, clock) = ((0..<UInt32(source.exampleCount)).map { $0 }, ContinuousClock())
    return try clock.measure {
      _ = try runner.run(rows, from: source, parameters: model.parameters)
    } / .seconds(1)
  }
}
