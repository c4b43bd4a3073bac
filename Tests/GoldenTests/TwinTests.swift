import Configuration
import Examples
import Foundation
import GraphIR
import GraphPasses
import GraphReference
import HDF5
import Models
import Testing

/// Models of several kinds, whole and in shards, against twins that PyTorch computed in float64; see `make_twins.py`.
@Suite struct TwinTests {
  private static let cases = [
    "vamp", "ladder", "ladderIWAE", "conditional", "tcvae", "tcvaeStratified", "factor",
  ]

  @Test func everyTwinIsTested() throws {
    #expect(try Twin.file().children(of: "/").sorted() == Self.cases.sorted())
  }

  @Test(arguments: cases, [1, 2, 3, 4, 8])
  func lossAndGradientsArePyTorchs(name: String, shards: Int) throws {
    let twin = try Twin(name)
    for loss in twin.model.losses {
      let (value, gradients) = try twin.evaluate(loss, shards: shards)
      let expected = try twin.numbers("losses/\(loss)/value")[0]
      #expect(abs(value - expected) <= 1e-10 * abs(expected), "\(loss): \(value), \(expected)")
      let names = try Twin.file().children(of: "\(name)/losses/\(loss)/grads")
      #expect(Set(gradients.keys) == Set(names))
      for (parameter, gradient) in gradients {
        let expected = try twin.numbers("losses/\(loss)/grads/\(parameter)")
        let scale = max(1, expected.map(abs).max()!)
        let worst = zip(gradient, expected).map { abs($0 - $1) }.max()!
        #expect(
          gradient.count == expected.count && worst <= 1e-10 * scale,
          "\(loss), \(parameter): \(worst) of \(scale)")
      }
    }
  }
}

/// A case of the file, and our model of it.
private struct Twin {
  static let rows = 24
  let name: String
  let model: Model
  private let file: HDF5File

  static func file() throws -> HDF5File {
    try HDF5File(
      reading: URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/twins/twins.h5").path)
  }

  init(_ name: String) throws {
    self.name = name
    file = try Self.file()
    let text = String(decoding: try file.read("\(name)/config", as: UInt8.self), as: UTF8.self)
    model = try Model(
      reading: JSONNode.parse(text, file: name),
      fields: [
        Field(name: "x", shape: [12]), Field(name: "label", shape: [3], classes: ["a", "b", "c"]),
      ])
  }

  func numbers(_ path: String) throws -> [Double] {
    try file.read("\(name)/\(path)", as: Double.self)
  }

  /// The loss and the gradients of its own parameters, summed over the shards that meet.
  func evaluate(
    _ loss: String, shards: Int
  ) throws -> (value: Double, gradients: [String: [Double]]) {
    let graphs = (0..<shards).map { index in
      let place = ShardPlace(index, of: shards)
      let rows = place.part(of: Self.rows).count
      let graph =
        shards == 1
        ? model.trainingGraph(loss, rows: rows)
        : model.trainingGraph(loss, rows: rows, of: Self.rows, at: place)
      return graph.differentiated(of: .metric(loss)) {
        model.loss(of: model.parameters[$0]) == loss
      }
    }
    let parameters = try model.parameters.map { declaration in
      declaration.isTrained
        ? Tensor(shape: declaration.shape, values: try numbers("params/\(declaration.name)"))
        : Tensor(repeating: 0, shape: declaration.shape)
    }
    let parts = try graphs.indices.map { index in
      ShardInputs(
        interpreter: Interpreter(graphs[index]),
        inputs: try inputs(ShardPlace(index, of: shards).part(of: Self.rows)))
    }
    var noise: [Int: [Double]] = [:]
    for stream in try file.children(of: "\(name)/losses/\(loss)/noise") {
      noise[Int(stream)!] = try numbers("losses/\(loss)/noise/\(stream)")
    }
    let results = Interpreter.values(of: parts, parameters: parameters) {
      shard, _, stream, rows, shape in
      draw(noise[stream]!, rows, shape, ShardPlace(shard, of: shards))
    }
    var (value, gradients): (Double, [String: [Double]]) = (0, [:])
    for (graph, values) in zip(graphs, results) {
      for output in graph.outputs {
        let result = values[output.value.index].values
        switch output.role {
        case .metric(loss): value += result[0]
        case .gradient(let index):
          let name = model.parameters[index].name
          gradients[name] = zip(gradients[name] ?? result.map { _ in 0 }, result).map { $0 + $1 }
        default: break
        }
      }
    }
    return (value, gradients)
  }

  private func inputs(_ rows: Range<Int>) throws -> [String: Tensor] {
    let x = try numbers("x")[rows.lowerBound * 12..<rows.upperBound * 12]
    let labels = try numbers("label")[rows]
    return [
      "x": Tensor(shape: [rows.count, 12], values: Array(x)),
      "label": Tensor(
        shape: [rows.count, 3],
        values: labels.flatMap { label in (0..<3).map { Double($0) == label ? 1 : 0 } }),
      "beta": Tensor(repeating: 0.7, shape: .scalar),
      "exampleCount": Tensor(repeating: try numbers("exampleCount")[0], shape: .scalar),
    ]
  }

  /// A shard's rows of what the file has for a random node: its examples', or those with its numbers.
  private func draw(
    _ all: [Double], _ rows: NoiseRows, _ shape: Shape, _ place: ShardPlace
  ) -> Tensor {
    let width = shape.count / shape[0]
    let first =
      switch rows {
      case .examples: place.part(of: Self.rows).lowerBound
      case .numbered(let from): from
      }
    return Tensor(shape: shape, values: Array(all[first * width..<(first + shape[0]) * width]))
  }
}
