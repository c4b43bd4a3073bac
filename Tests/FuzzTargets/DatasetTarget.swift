package import Foundation

/// Mutated HDF5 files, opened by child processes the way the program opens them.
///
/// A child takes many files. It says before each whether it rehearses, which may crash, or reads,
/// which happens in the program itself and must not.
package struct DatasetTarget {
  private let program: URL
  private let folder: URL
  private let batch = 100

  /// What a run found.
  package struct Report: Sendable {
    /// Files that were opened.
    package var files = 0
    /// Files that crashed a child while it rehearsed: contained.
    package var contained = 0
    /// Files over which a rehearsing child found no end: contained by the program's patience.
    package var endless = 0
    /// Files that passed the rehearsal, and over which what came after crashed or found no end.
    package var escaped: [String] = []
  }

  /// Files go to `folder`; the program is `vae-dp`.
  package init(program: URL, folder: URL) { (self.program, self.folder) = (program, folder) }

  /// Opens `count` mutants of the fixtures.
  package func fuzz(
    count: Int, seed: UInt64, progress: (Int) -> Void = { _ in }
  ) throws -> Report {
    let names = try FileManager.default.contentsOfDirectory(atPath: fixtures.path).sorted()
    let seeds = try names.filter { $0.hasPrefix("seed-") && $0.hasSuffix(".h5") }
      .map { [UInt8](try Data(contentsOf: fixtures.appending(path: $0))) }
    var mutator = Mutator(seed: seed)
    var report = Report()
    for first in stride(from: 0, to: count, by: batch) {
      var files: [String] = []
      for number in first..<min(count, first + batch) {
        let bytes = mutator.mutated(seeds[mutator.below(seeds.count)], mostly: true)
        let file = folder.appending(path: "mutant-\(number).h5")
        try Data(bytes).write(to: file)
        files.append(file.path)
      }
      try open(files, &report)
      for file in files where !report.escaped.contains(file) {
        try FileManager.default.removeItem(atPath: file)
      }
      progress(report.files)
    }
    return report
  }

  /// Hands the files to children, each going on behind the file that ended the one before.
  private func open(_ files: [String], _ report: inout Report) throws {
    var rest = files[...]
    while !rest.isEmpty {
      let (ended, isReading, done, isLate) = try child(Array(rest))
      report.files += done + (ended ? 1 : 0)
      if ended {
        if isReading {
          report.escaped.append(rest[rest.startIndex + done])
        } else if isLate {
          report.endless += 1
        } else {
          report.contained += 1
        }
      }
      rest = rest.dropFirst(done + (ended ? 1 : 0))
      if !ended, done == 0 { throw DatasetTargetError(description: "the child opened nothing") }
    }
  }

  /// Runs one child; tells whether a file ended it, during what, and how many files it finished.
  private func child(
    _ files: [String]
  ) throws -> (ended: Bool, isReading: Bool, done: Int, isLate: Bool) {
    let process = Process()
    process.executableURL = program
    process.arguments = ["rehearse", "--batch", "--"] + files
    process.environment = ProcessInfo.processInfo.environment
      .merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
    let log = folder.appending(path: "child.log")
    try Data().write(to: log)
    let sink = try FileHandle(forWritingTo: log)
    defer { try? sink.close() }
    process.standardError = sink
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    let isLate = try isSilent(process, log)
    if isLate { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
    let lines = try String(contentsOf: log, encoding: .utf8).split(separator: "\n")
    let marks = lines.filter {
      $0.hasPrefix("at: rehearse ") || $0.hasPrefix("at: read ") || $0 == "at: done"
    }
    let done = marks.count { $0 == "at: done" }
    let failed = isLate || process.terminationReason == .uncaughtSignal
    return (failed, marks.last?.hasPrefix("at: read ") ?? false, done, isLate)
  }
}

/// Waits for the end of a process, or until its log has not grown for as long as the program waits
/// for a child that rehearses.
private func isSilent(_ process: Process, _ log: URL) throws -> Bool {
  var (size, deadline) = (0, ContinuousClock.now + .seconds(30))
  while process.isRunning, ContinuousClock.now < deadline {
    usleep(2000)
    let now = try FileManager.default.attributesOfItem(atPath: log.path)[.size] as? Int ?? 0
    if now != size { (size, deadline) = (now, .now + .seconds(30)) }
  }
  return process.isRunning
}

/// A run that could not be made.
package struct DatasetTargetError: Error, CustomStringConvertible {
  /// What happened.
  package var description: String
}
