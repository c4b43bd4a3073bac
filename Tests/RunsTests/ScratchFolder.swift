import Foundation
import HDF5

/// A folder of a test's own, removed with its last reference.
final class ScratchFolder {
  private let url = FileManager.default.temporaryDirectory
    .appending(path: "runs-tests-\(UUID().uuidString)")

  init() throws {
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appending(path: name).path }

  func text(_ name: String) throws -> String {
    try String(contentsOf: url.appending(path: name), encoding: .utf8)
  }

  func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: url.appending(path: name)))
  }

  /// The names in a folder, sorted.
  func names(_ name: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path(name)).sorted()
  }

  func remove(_ name: String) throws {
    try FileManager.default.removeItem(at: url.appending(path: name))
  }

  /// Damages the last byte of a file.
  func damage(_ name: String) throws {
    var bytes = try bytes(name)
    bytes[bytes.count - 1] ^= 1
    try Data(bytes).write(to: url.appending(path: name))
  }

  /// Writes `train/images` `[40, 6, 6]` and `test/images` `[12, 6, 6]` uint8, and `other`
  /// `[5, 3, 3]`.
  ///
  /// - Returns: the file's path.
  @discardableResult
  func writeData(_ name: String = "data.h5") throws -> String {
    let file = try HDF5File.create(at: path(name))
    for (dataset, count, side) in [
      ("train/images", 40, 6), ("test/images", 12, 6), ("other", 5, 3),
    ] {
      let values = (0..<count * side * side).map { UInt8($0 * 7919 % 251) }
      try file.write(dataset, shape: [count, side, side], values: values.span)
    }
    try file.close()
    return path(name)
  }
}
