import Configuration
import Examples
import Foundation
import HDF5
import Models

/// A model evaluated elsewhere in float64, with all that came out of it; see `make_golden.py`.
struct GoldenCase {
  let name: String
  let model: Model
  /// Examples and their noise as rows of one array: channels last, then the Z numbers of eps.
  let rows: [Float]
  /// B.
  let exampleCount: Int
  /// Weight of the divergence.
  let beta: Double
  private let shape: [Int]
  private let values: [String: [Double]]

  static let names = [
    "dense_bernoulli", "dense_gaussian_beta4", "conv_bernoulli", "conv_rgb_odd",
    "conv_batchnorm_leaky", "autoencoder_mse",
  ]

  static var file: String {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/golden/golden.h5").path
  }

  init(_ name: String) throws {
    self.name = name
    let file = try HDF5File(reading: GoldenCase.file)
    guard case .string(let text)? = try file.attribute("config", of: name) else {
      throw GoldenError(description: "\(name): no configuration")
    }
    let config = try JSONNode.parse(text, file: "\(name).config")
    shape = try file.info("\(name)/x").shape
    exampleCount = shape[0]
    let exampleShape = Array(shape.count == 4 ? shape[2...] + [shape[1]] : shape[1...])
    model = try Model(reading: modelSection(config), exampleShape: exampleShape)
    beta = try config["beta"]!.number()
    values = try GoldenCase.values(of: name, in: file)
    let (x, eps) = (GoldenCase.channelsLast(values["x"]!, shape), values["eps"]!)
    let (width, latents) = (x.count / exampleCount, model.latentCount)
    var rows: [Float] = []
    for row in 0..<exampleCount {
      rows += x[row * width..<(row + 1) * width].map { Float($0) }
      rows += eps[row * latents..<(row + 1) * latents].map { Float($0) }
    }
    self.rows = rows
  }

  /// X, the numbers of one example.
  var exampleSize: Int { model.exampleShape.reduce(1, *) }

  /// Whether a layer joins the examples of a shard.
  var hasBatchNorm: Bool { values.keys.contains { $0.hasPrefix("running/") } }

  /// What the file holds under a path, with arrays of the data's shape channels last; nil for nothing.
  subscript(path: String) -> [Double]? {
    guard let found = values[path] else { return nil }
    return path == "logits" ? GoldenCase.channelsLast(found, shape) : found
  }

  /// What the file holds for a parameter of the model: `gradient`, say, under `grads`.
  func parameter(_ name: String, under folder: String) -> [Double]? {
    let theirs =
      name.replacing("posterior.mean", with: "heads.mu")
      .replacing("posterior.logVariance", with: "heads.logvar")
    return values["\(folder)/\(theirs)"]
  }

  private static func values(of name: String, in file: HDF5File) throws -> [String: [Double]] {
    var values: [String: [Double]] = [:]
    func walk(_ path: String) throws {
      for child in try file.children(of: "\(name)\(path)") {
        let place = "\(path)/\(child)"
        if ["params", "grads", "adam", "running", "1", "2", "3"].contains(child) {
          try walk(place)
        } else {
          values[String(place.dropFirst())] = try file.read("\(name)\(place)", as: Double.self)
        }
      }
    }
    try walk("")
    return values
  }

  /// `[N, C, H, W]` → `[N, H, W, C]`; rows of vectors stay as they are.
  private static func channelsLast(_ values: [Double], _ shape: [Int]) -> [Double] {
    guard shape.count == 4 else { return values }
    let (channels, pixels) = (shape[1], shape[2] * shape[3])
    var result: [Double] = []
    for n in 0..<shape[0] {
      for pixel in 0..<pixels {
        for c in 0..<channels { result.append(values[(n * channels + c) * pixels + pixel]) }
      }
    }
    return result
  }
}

/// A golden file that is not as the tests expect it.
struct GoldenError: Error, CustomStringConvertible {
  var description: String
}
