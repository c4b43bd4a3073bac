import Configuration
import Examples
import Foundation
import GraphIR
import Models
import Testing

/// The configurations that come with the project describe models that fit their data.
@Suite struct ShippedConfigurationTests {
  @Test(arguments: [
    ("conv", [64, 64, 1], 10), ("mlp", [28, 28, 1], 20), ("conv-mnist", [28, 28, 1], 16),
    ("keras-784-128-2", [28, 28, 1], 2), ("autoencoder", [28, 28, 1], 20), ("flow", [784], 50),
    ("iwae", [784], 50), ("vamp", [28, 28, 1], 20), ("ladder", [28, 28, 1], 32),
    ("conditional", [28, 28, 1], 20), ("tcvae", [28, 28, 1], 10), ("factor", [28, 28, 1], 10),
  ])
  func describesAModel(name: String, exampleShape: [Int], latents: Int) throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let file = root.appending(path: "configs/\(name).json")
    let node = try JSONNode.parse([UInt8](Data(contentsOf: file)), file: "\(name).json")
    #expect(node["name"] == .string(name))
    let section = try #require(node["model"])
    let read = try Model(
      reading: section,
      fields: [Field(name: Field.data, shape: exampleShape), Field(name: "label", shape: [10])])
    #expect(read.latentCount == latents)
    try read.trainingGraph(rows: 2).verify()
  }
}
