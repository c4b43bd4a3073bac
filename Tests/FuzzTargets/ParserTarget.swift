internal import Checkpoints
internal import Configuration
package import Foundation
internal import Importing
internal import Models
internal import Runs

/// A parser of this program that runs in the process which tests it: a crash fails the run.
package enum ParserTarget: String, CaseIterable, Sendable {
  case config, `override`, idx, gzip, manifest, rows

  /// What its mutations begin with.
  package func seeds() throws -> [[UInt8]] {
    switch self {
    case .config:
      let folder = repository.appending(path: "configs")
      return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        .filter { $0.hasSuffix(".json") && $0 != "schema.json" }
        .map { [UInt8](try Data(contentsOf: folder.appending(path: $0))) }
    case .override:
      return [
        "training.epochs=3", "model.encoder[0].conv.channels=16", "data[\"odd.key\"]={\"a\":[1]}",
        "data.validation={ \"fraction\": 0.1 }", "name=first",
      ].map { Array($0.utf8) }
    case .idx: return [Self.idxFile]
    case .rows: return [MatrixFile.seed]
    case .gzip:
      return try ["plain.gz", "stored.gz"].map {
        [UInt8](try Data(contentsOf: fixtures.appending(path: $0)))
      }
    case .manifest:
      let entry = """
        { "byteCount": 4711, "epoch": 1, "file": "step-00000500.h5", "isBest": true,
          "sha256": "\(String(repeating: "0a", count: 32))", "step": 500 }
        """
      return [
        """
        { "formatVersion": 1, "entries": [\(entry)], "last": "step-00000500.h5",
          "best": "step-00000500.h5", "pending": \(entry), "obsolete": ["step-00000400.h5"] }
        """
      ].map { Array($0.utf8) }
    }
  }

  /// Words to insert.
  package var tokens: [[UInt8]] {
    switch self {
    case .config, .override, .manifest:
      [
        "{", "}", "[", "]", "\"", ":", ",", "null", "true", "-0", "1e308", "1e-400", "\\u0000",
        "\\ud800", "\u{1B}[31m", "../", "\"dense\"", "\"conv\"", "\"units\"",
        "99999999999999999999",
        "{\"a\":", "[[[[", "0.5", "=", ".",
      ].map { Array($0.utf8) }
    case .rows: []
    case .idx, .gzip: [[0, 0, 8, 3], [0, 0, 8, 1], [0x1F, 0x8B, 8, 0]]
    }
  }

  private static let idxFile: [UInt8] =
    [0, 0, 8, 3, 0, 0, 0, 4, 0, 0, 0, 3, 0, 0, 0, 5] + (0..<60).map { UInt8($0) }

  /// Reads `bytes`; errors are as good as success.
  ///
  /// - Parameter folder: A folder of the caller's own, for parsers that read files.
  package func run(_ bytes: [UInt8], in folder: URL) throws {
    switch self {
    case .config:
      guard let run = try? RunConfiguration(json: String(decoding: bytes, as: UTF8.self)) else {
        return
      }
      _ = try? Model(reading: run.model)
    case .override:
      let node = JSONNode.object([("training", .object([])), ("model", .array([.null]))])
      _ = try? node.applying(override: String(decoding: bytes, as: UTF8.self))
    case .idx, .gzip:
      let file = folder.appending(path: "mutant.idx")
      try Data(bytes).write(to: file)
      guard let idx = try? IDXFile(reading: file.path) else { return }
      while (try? idx.next())?.isEmpty == false {}
    case .rows:
      let file = folder.appending(path: "matrix.h5").path
      try? FileManager.default.removeItem(atPath: file)
      try MatrixFile.write(bytes, to: file)
      MatrixFile.read(file)
    case .manifest:
      try Data(bytes).write(to: folder.appending(path: "checkpoints.json"))
      _ = try? CheckpointLoader(folder: folder.path).entries()
    }
  }

  /// Reads `count` mutants.
  ///
  /// - Parameter progress: told how many are done.
  package func fuzz(
    count: Int, seed: UInt64, in folder: URL, progress: (Int) -> Void = { _ in }
  ) throws -> ParserReport {
    let seeds = try seeds()
    var mutator = Mutator(seed: seed, tokens: tokens)
    var report = ParserReport()
    let keepsPlaces = [.idx, .gzip, .rows].contains(self)
    for number in 0..<count {
      let bytes = mutator.mutated(seeds[mutator.below(seeds.count)], mostly: keepsPlaces)
      // What crashes or hangs is still there afterwards.
      try Data(bytes).write(to: folder.appending(path: "last-\(rawValue)"))
      let start = processorSeconds()
      try run(bytes, in: folder)
      report.slowest = max(report.slowest, processorSeconds() - start)
      progress(number + 1)
    }
    report.peakBytes = peakMemory()
    return report
  }
}

/// What a run of a parser took.
package struct ParserReport: Sendable {
  /// The most processor seconds for one mutant: other processes do not count.
  package var slowest = 0.0
  /// The most memory that the process has taken so far.
  package var peakBytes = 0
}

private func processorSeconds() -> Double { Double(clock()) / Double(CLOCKS_PER_SEC) }

/// Bytes of memory that this process has taken at most.
package func peakMemory() -> Int {
  var usage = rusage()
  guard unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
  return usage.ru_maxrss << 10
}

/// The folder of `Package.swift`.
let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

/// Small files that `make.py` beside them made.
package let fixtures = repository.appending(path: "Tests/Fixtures/hostile")
