import Checkpoints
import Foundation
import Testing
import Training

/// A small training in a scratch folder, started again and again until it is complete.
struct FaultRun {
  let folder: ScratchFolder
  /// The run that nothing disturbed.
  let whole: TrainingSnapshot
  /// What it took, and what it took up to its first step.
  let (seconds, openingSeconds): (Double, Double)
  private let wholeNames: [String]
  private let wholeMetrics: [String]
  private let settings: [String]

  /// Trains the undisturbed run.
  ///
  /// - Parameter settings: overrides of `small.json`.
  init(_ settings: [String]) throws {
    folder = try ScratchFolder()
    self.settings = settings
    let start = ContinuousClock.now
    let program = try Program(
      ["train", "small.json", "--output", "whole", "--threads", "1"] + settings, in: folder)
    let result = try program.wait(seconds: 300)
    try #require(result.code == 0, "\(result.errors)")
    seconds = (ContinuousClock.now - start) / .seconds(1)
    openingSeconds = try #require(
      folder.object("whole/status.json")["firstStepSeconds"] as? Double)
    whole = try Self.last(folder, "whole")
    wholeNames = try Self.names(folder, "whole")
    wholeMetrics = try Self.metrics(folder, "whole")
  }

  /// Starts the training in the folder `run`, from its newest checkpoint if there is one.
  func start(threads: Int, environment: [String: String] = [:]) throws -> Program {
    try Program(
      ["train", "small.json", "--output", "run", "--resume", "auto", "--threads", "\(threads)"]
        + settings,
      in: folder, environment: environment)
  }

  var url: URL { folder.url.appending(path: "run") }

  func clear() throws {
    if folder.exists("run") { try FileManager.default.removeItem(at: url) }
  }

  /// Expects the folder `run` to be as if nothing had happened: parameters and moments by their bits, metrics
  /// but for the times, no file missing or left behind.
  func expectWhole(_ place: Comment) throws {
    let found = try Self.last(folder, "run")
    #expect(found.parameters == whole.parameters, place)
    #expect(found.states.map(\.arrays) == whole.states.map(\.arrays), place)
    let names = try Self.names(folder, "run")
    let (extra, missing) = (Set(names).subtracting(wholeNames), Set(wholeNames).subtracting(names))
    #expect(extra.isEmpty && missing.isEmpty, "\(place): \(extra) too many, \(missing) missing")
    #expect(try Self.metrics(folder, "run") == wholeMetrics, place)
  }

  /// The step of the newest checkpoint that loads; 0 where none was saved.
  func savedStep() throws -> Int {
    let loader = CheckpointLoader(folder: url.appending(path: "checkpoints").path)
    guard let loaded = try loader.loadLast() else { return 0 }
    #expect(loaded.problems.isEmpty, "\(loaded.problems)")
    return loaded.entry.step
  }

  /// Whether a save was under way: a file grows, or has its name and is not listed yet.
  func hasUnfinishedSave() throws -> Bool {
    guard folder.exists("run/checkpoints") else { return false }
    let names = try Self.names(folder, "run/checkpoints")
    if names.contains(where: { $0.hasSuffix(".partial") }) { return true }
    guard names.contains("checkpoints.json") else { return false }
    return try folder.object("run/checkpoints/checkpoints.json")["pending"] != nil
  }

  /// The last step that the metrics tell.
  func reportedStep() throws -> Int {
    guard folder.exists("run/metrics.jsonl") else { return 0 }
    let lines = String(decoding: try folder.bytes("run/metrics.jsonl"), as: UTF8.self)
      .split(separator: "\n").suffix(4)
    return lines.compactMap { $0.firstMatch(of: /"step":(\d+)/).flatMap { Int($0.1) } }.max() ?? 0
  }

  private static func last(_ folder: ScratchFolder, _ run: String) throws -> TrainingSnapshot {
    let checkpoints = folder.url.appending(path: "\(run)/checkpoints").path
    return try #require(try CheckpointLoader(folder: checkpoints).loadLast()).snapshot
  }

  private static func names(_ folder: ScratchFolder, _ run: String) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: folder.url.appending(path: run).path)
      .sorted()
  }

  private static func metrics(_ folder: ScratchFolder, _ run: String) throws -> [String] {
    String(decoding: try folder.bytes("\(run)/metrics.jsonl"), as: UTF8.self)
      .split(separator: "\n")
      .map { String($0).replacing(/"samplesPerSecond":[^,}]*/, with: "") }
  }
}
