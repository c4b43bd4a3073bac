import Foundation
import Testing

/// The library of `faulty_calls.c`: lets the n-th call of a process that changes a folder go wrong.
enum FaultyCalls {
  /// What goes wrong.
  enum Kind: String, CaseIterable, Sendable {
    /// SIGKILL before the call, after half of its bytes, after it.
    case before, half, after
    /// It fails.
    case EIO, ENOSPC
    /// Half of its bytes, then a full disk.
    case short

    var kills: Bool { [.before, .half, .after].contains(self) }
  }

  /// Compiles the library into a folder.
  static func compile(in folder: ScratchFolder) throws -> String {
    let source = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "faulty_calls.c").path
    let library = folder.url.appending(path: "faulty_calls.so").path
    let compiler = Process()
    compiler.executableURL = URL(filePath: "/usr/bin/env")
    compiler.arguments = ["clang", "-shared", "-fPIC", "-O1", source, "-o", library, "-ldl"]
    try compiler.run()
    compiler.waitUntilExit()
    try #require(compiler.terminationStatus == 0, "clang could not compile \(source)")
    return library
  }

  /// The environment in which a process's calls on `watched` count, and one of them goes wrong.
  ///
  /// - Parameters:
  ///   - number: of the call, from 1; 0 for none.
  ///   - count: file that receives the number of calls.
  static func environment(
    _ library: String, watched: URL, _ kind: Kind = .before, at number: Int, count: URL? = nil
  ) -> [String: String] {
    var variables = [
      "LD_PRELOAD": library, "FAULT_FOLDER": watched.path, "FAULT_AT": "\(number)",
      "FAULT_KIND": kind.rawValue,
    ]
    if let count { variables["FAULT_COUNT"] = count.path }
    return variables
  }
}
