import Foundation
import HDF5

/// A folder of a test's own with a small configuration and data, removed with its last reference.
final class ScratchFolder {
  let url = FileManager.default.temporaryDirectory
    .appending(path: "command-line-tests-\(UUID().uuidString)")

  /// Writes `small.json` and its `data.h5`.
  init() throws {
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    let file = try HDF5File.create(at: url.appending(path: "data.h5").path)
    for (name, count) in [("train/images", 40), ("test/images", 12)] {
      let values = (0..<count * 36).map { UInt8($0 * 7919 % 251) }
      try file.write(name, shape: [count, 6, 6], values: values.span)
    }
    try file.close()
    try write(Self.configuration, to: "small.json")
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: url.appending(path: name))
  }

  func exists(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: url.appending(path: name).path)
  }

  func bytes(_ name: String) throws -> Data { try Data(contentsOf: url.appending(path: name)) }

  func object(_ name: String) throws -> [String: Any] { try Self.object(bytes(name)) }

  static func object(_ data: Data) throws -> [String: Any] {
    try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
  }

  private static let configuration = """
    {
      "name": "small",
      "model": {
        "encoder": ["flatten", { "dense": { "units": 8 } }, "relu"],
        "posterior": { "gaussian": { "latent": 2 } },
        "decoder": [{ "dense": { "units": 36 } },
          { "reshape": { "channels": 1, "height": 6, "width": 6 } }],
        "likelihood": "bernoulli"
      },
      "data": { "file": "data.h5", "validation": { "fraction": 0.1 }, "test": "test/images" },
      "training": { "batchSize": 6, "epochs": 2, "reportEverySteps": 3 }
    }
    """
}
