internal import Configuration
package import Examples
internal import Foundation
package import Models

/// A configuration that comes with the project, and the shape of the examples it is for.
package struct ShippedConfiguration: Sendable, CustomStringConvertible {
  /// The file's name without its ending.
  package var name: String
  /// `[H, W, C]` or `[D]`.
  package var exampleShape: [Int]

  /// Every file of the folder `configs`.
  package static let all = [
    ShippedConfiguration(name: "autoencoder", exampleShape: [28, 28, 1]),
    ShippedConfiguration(name: "conditional", exampleShape: [28, 28, 1]),
    ShippedConfiguration(name: "conv", exampleShape: [64, 64, 1]),
    ShippedConfiguration(name: "conv-mnist", exampleShape: [28, 28, 1]),
    ShippedConfiguration(name: "factor", exampleShape: [28, 28, 1]),
    ShippedConfiguration(name: "flow", exampleShape: [784]),
    ShippedConfiguration(name: "iwae", exampleShape: [784]),
    ShippedConfiguration(name: "keras-784-128-2", exampleShape: [28, 28, 1]),
    ShippedConfiguration(name: "ladder", exampleShape: [28, 28, 1]),
    ShippedConfiguration(name: "mlp", exampleShape: [28, 28, 1]),
    ShippedConfiguration(name: "tcvae", exampleShape: [28, 28, 1]),
    ShippedConfiguration(name: "vamp", exampleShape: [28, 28, 1]),
  ]

  /// The benchmark with a batch normalisation after every convolution.
  package static let batchNormalized = ShippedConfiguration(
    name: "bench/bn64", exampleShape: [64, 64, 3])

  /// The name, by which tests show the configuration.
  package var description: String { name }

  /// The data, and labels as MNIST has them.
  package var fields: [Field] {
    [
      Field(name: Field.data, shape: exampleShape),
      Field(name: "label", shape: [10], classes: (0..<10).map(String.init)),
    ]
  }

  private static var folder: URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "configs")
  }

  /// Names of the files in the folder, sorted.
  package static func fileNames() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".json") && $0 != "schema.json" }
      .map { String($0.dropLast(5)) }.sorted()
  }

  /// The model that the file describes.
  package func model() throws -> Model {
    let file = ShippedConfiguration.folder.appending(path: "\(name).json")
    let node = try JSONNode.parse([UInt8](Data(contentsOf: file)), file: "\(name).json")
    guard let section = node["model"] else {
      throw node.error(expected: "a section \"model\"", found: "none")
    }
    return try Model(reading: section, fields: fields)
  }
}
