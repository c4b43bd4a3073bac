internal import Execution
internal import Foundation
internal import GraphIR
public import Models
internal import Training

/// What a model is made of and what it costs, before any training.
public struct ModelSummary: Sendable {
  /// One layer.
  public struct Row: Sendable, Hashable {
    /// Path: `encoder.conv1`.
    public var name: String
    /// What the configuration calls it: `conv`.
    public var kind: String
    /// Shape of its result for one example, channels last.
    public var shape: [Int]
    /// Trained numbers that it has.
    public var parameterCount: Int
  }

  /// Encoder, latent variables, decoder, and what else has parameters.
  public var rows: [Row]
  /// Numbers that the optimiser changes.
  public var parameterCount: Int
  /// Floating-point operations of the products for one example: encoding and decoding alone, and with
  /// all gradients.
  public var forwardFlops: Double, trainingFlops: Double
  /// Bytes of parameters, of what is kept beside them and, for one worker, of a shard's working memory.
  public var parameterBytes: Int, workerBytes: Int

  /// Summarises a model.
  ///
  /// - Parameter rowsPerShard: examples that a worker computes at once.
  public init(_ model: Model, rowsPerShard: Int, stateCount: Int) {
    let table = ParameterTable(model.parameters)
    func count(_ prefix: String) -> Int {
      table.entries.filter { $0.declaration.isTrained && $0.declaration.name.hasPrefix(prefix) }
        .reduce(0) { $0 + $1.declaration.shape.count }
    }
    func rows(_ stack: LayerStack) -> [Row] {
      stack.layers.map { layer in
        let name = "\(stack.name).\(layer.name)"
        return Row(
          name: name, kind: layer.kind, shape: layer.outputShape, parameterCount: count(name + "."))
      }
    }
    func row(_ name: String, _ kind: String, _ shape: [Int]) -> Row {
      Row(name: name, kind: kind, shape: shape, parameterCount: count(name + "."))
    }
    let latents = model.latents.flatMap { latent in
      ["prior", "posterior"].map { row(latent.prefix + $0, $0, [latent.latentCount]) }
        .filter { $0.kind == "posterior" || $0.parameterCount > 0 }
    }
    let others =
      [row("likelihood", "likelihood", model.exampleShape)]
      + model.losses.map { row($0, "loss", []) }
    self.rows =
      rows(model.encoder) + latents + rows(model.decoder)
      + others.filter { $0.parameterCount > 0 }
    parameterCount = table.trainedCount
    let examples = max(1, rowsPerShard)
    let forward = Plan(model.evaluationGraph(rows: examples), table: table)
    let graph = model.gradientGraph(rows: examples)
    let training = Plan(graph, table: table)
    forwardFlops = forward.productFlops / Double(examples)
    trainingFlops = training.productFlops / Double(examples)
    parameterBytes = table.count * 4 * (1 + stateCount)
    workerBytes = (training.arenaCount + training.outputLayout.count) * 4
  }

  /// A table for people.
  public var text: String {
    let cells = rows.map { row in
      [
        row.name, row.kind, row.shape.map(String.init).joined(separator: " × "),
        row.parameterCount == 0 ? "" : grouped(row.parameterCount),
      ]
    }
    let header = ["layer", "kind", "result", "parameters"]
    let widths = header.indices.map { column in
      ([header] + cells).map { $0[column].count }.max() ?? 0
    }
    let lines = ([header] + cells).map { line in
      let padded = zip(line, widths).enumerated().map { column, cell in
        let space = String(repeating: " ", count: cell.1 - cell.0.count)
        return column == 3 ? space + cell.0 : cell.0 + space
      }
      return "  " + padded.joined(separator: "  ")
    }
    return
      (lines + [
        "",
        "  \(grouped(parameterCount)) parameters, "
          + "\(megabytes(parameterBytes)) with the optimiser's state",
        "  \(millions(forwardFlops)) MFLOP per example forward, \(millions(trainingFlops)) in training",
        "  \(megabytes(workerBytes)) of working memory per worker",
      ]).joined(separator: "\n")
  }
}

/// 1 234 567, in groups of three.
func grouped(_ number: Int) -> String {
  let digits = Array(String(number))
  return digits.enumerated().reduce("") { text, digit in
    let (position, character) = digit
    let isGroup = position > 0 && (digits.count - position) % 3 == 0
    return text + (isGroup ? " " : "") + String(character)
  }
}

private func megabytes(_ bytes: Int) -> String { tenths(Double(bytes) / 1e6) + " MB" }
private func millions(_ count: Double) -> String { tenths(count / 1e6) }
private func tenths(_ number: Double) -> String { String(format: "%.1f", number) }
