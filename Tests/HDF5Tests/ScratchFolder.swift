import Foundation

/// A folder of a test's own, removed with its last reference.
final class ScratchFolder {
  private let url = FileManager.default.temporaryDirectory
    .appendingPathComponent("hdf5-tests-\(UUID().uuidString)")

  init() throws {
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  func remove(_ name: String) throws {
    try FileManager.default.removeItem(at: url.appendingPathComponent(name))
  }

  func write(_ bytes: [UInt8], to name: String) throws {
    try Data(bytes).write(to: url.appendingPathComponent(name))
  }

  func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: url.appendingPathComponent(name)))
  }

  /// The descriptor with which this process has a file open.
  func descriptor(of name: String) throws -> Int32? {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").first { descriptor in
      let target = try? FileManager.default.destinationOfSymbolicLink(
        atPath: "/proc/self/fd/\(descriptor)")
      return target == path(name)
    }.flatMap { Int32($0) }
  }
}
