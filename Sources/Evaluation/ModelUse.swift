internal import GraphIR
internal import Models

/// What a model is run for, each a graph of its own.
enum ModelUse: Hashable {
  case encoding, reconstruction, decoding, sampling, evaluation
  /// Log-weights of so many samples of each example.
  case importance(samples: Int)

  func scalarNames(of model: Model) -> [String] { self == .evaluation ? model.scalarNames : [] }

  /// Examples to compute at once.
  func chunkRows(of model: Model) -> Int {
    switch self {
    case .encoding, .reconstruction, .decoding, .sampling: 128
    case .evaluation: max(1, 128 / model.samplesPerExample)
    case .importance(let samples): max(1, 1000 / samples)
    }
  }

  /// - Precondition: for `importance`, the model has a density.
  func graph(of model: Model, rows: Int) -> Graph {
    switch self {
    case .encoding: return model.encoderGraph(rows: rows)
    case .reconstruction: return model.reconstructionGraph(rows: rows)
    case .decoding: return model.decoderGraph(rows: rows)
    case .sampling: return model.samplingGraph(rows: rows)
    case .evaluation: return model.evaluationGraph(rows: rows)
    case .importance(let samples):
      do {
        return try model.importanceGraph(rows: rows, samples: samples)
      } catch {
        preconditionFailure("a model without a density: \(error)")
      }
    }
  }
}
