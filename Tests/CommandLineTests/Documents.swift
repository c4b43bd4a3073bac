import Foundation

/// The pages that users read.
enum Documents {
  /// The repository.
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  /// All that stands between backticks.
  static func code(_ path: String) throws -> [String] {
    try text(path).matches(of: /```(?s:.*?)```|`([^`]*)`/).map { String($0.1 ?? $0.0) }
  }
}
