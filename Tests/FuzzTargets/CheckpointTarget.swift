internal import Checkpoints
internal import Configuration
internal import DataParallel
internal import Datasets
internal import Evaluation
internal import Examples
internal import Export
internal import Files
package import Foundation
internal import GraphRuns
internal import HDF5
internal import Models
internal import Reports
internal import Runs
internal import Training

/// Checkpoints that are whole and say something else than what was saved, given to what five commands
/// do: in this process, where a crash ends the run, and through the program.
package struct CheckpointTarget {
  /// The commands.
  package enum Command: String, CaseIterable, Sendable {
    case train, evaluate, summary, sample, export
  }

  /// What a run found.
  package struct Report: Sendable {
    /// Checkpoints that were tried.
    package var cases = 0
    /// How often each command went through, and how often it said what is wrong.
    package var accepted: [Command: Int] = [:], refused: [Command: Int] = [:]
    /// What must not be: the file, the command, what happened.
    package var faults: [String] = []
  }

  private let folder: URL
  private let seeds: [Seed]

  /// A training's configuration, with its first and its last checkpoint.
  private struct Seed {
    var configuration: RunConfiguration
    var first: LoadedCheckpoint
    var last: LoadedCheckpoint
  }

  /// Trains what the mutations begin with; all files go to `folder`, which is made.
  package init(folder: URL) throws {
    self.folder = folder
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = try HDF5File.create(at: folder.appending(path: "data.h5").path)
    for (name, count) in [("train/images", 24), ("test/images", 5)] {
      let values = (0..<count * 36).map { UInt8($0 * 7919 % 251) }
      try file.write(name, shape: [count, 6, 6], values: values.span)
    }
    try file.close()
    seeds = try Self.configurations.enumerated().map { number, text in
      try Self.seed(text, folder.appending(path: "seed-\(number)"), data: folder)
    }
  }

  private static func seed(_ text: String, _ run: URL, data: URL) throws -> Seed {
    let configuration = try RunConfiguration(
      json: text.replacing("data.h5", with: data.appending(path: "data.h5").path))
    let training = try TrainingRun(configuration, output: run.path, threads: 1)
    _ = try training.run { training.trainer.state.step == 9 }
    let loader = CheckpointLoader(folder: training.folder.checkpoints)
    guard let first = try loader.entries().first, let last = try loader.loadLast() else {
      throw DatasetTargetError(description: "a training without checkpoints")
    }
    return Seed(
      configuration: configuration,
      first: try CheckpointLoader.load(path: "\(training.folder.checkpoints)/\(first.file)"),
      last: last)
  }

  /// Tries `count` mutants with all commands in this process.
  package func fuzz(
    count: Int, seed: UInt64, progress: (Int) -> Void = { _ in }
  ) throws -> Report {
    var (mutator, report) = (CheckpointMutator(seed: seed), Report())
    for number in 0..<count {
      // What crashes is still there afterwards.
      guard let mutant = try mutant(&mutator) else { continue }
      report.cases += 1
      // Loaded once: the four commands that use a model begin alike.
      let trained = Result { try TrainedModel(file.path, threads: 1) }
      for command in Command.allCases {
        do {
          if command == .train {
            try train(mutant, allowsChanges: mutator.below(2) == 0)
          } else {
            try use(trained.get(), command)
          }
          report.accepted[command, default: 0] += 1
          if let absurdity = absurdity(mutant.stored), command != .train {
            report.faults.append(try keep(number, "\(command) took \(absurdity)"))
          }
        } catch {
          report.refused[command, default: 0] += 1
          if !isTold(error) { report.faults.append(try keep(number, "\(command): \(error)")) }
        }
      }
      progress(number + 1)
    }
    return report
  }

  /// Tries `count` mutants with all commands of the program.
  package func fuzz(program: URL, count: Int, seed: UInt64) throws -> Report {
    var (mutator, report) = (CheckpointMutator(seed: seed), Report())
    for number in 0..<count {
      guard try mutant(&mutator) != nil else { continue }
      report.cases += 1
      for command in Command.allCases {
        let (code, text) = try run(program, command)
        report.accepted[command, default: 0] += code == 0 ? 1 : 0
        report.refused[command, default: 0] += code == 0 ? 0 : 1
        let last = text.split(separator: "\n").last ?? ""
        if code != 0, ![20, 65, 66, 73, 78].contains(code) || !last.hasPrefix("vae-dp: ") {
          report.faults.append(try keep(number, "\(command) ended with \(code): \(text)"))
        }
      }
    }
    return report
  }

  private var file: URL { folder.appending(path: "mutant.h5") }
  private var output: URL { folder.appending(path: "run") }

  private struct Mutant {
    var seed: Seed
    var stored: StoredCheckpoint
  }

  /// Writes a mutant; nil where the format has no place for it.
  private func mutant(_ mutator: inout CheckpointMutator) throws -> Mutant? {
    let seed = seeds[mutator.below(seeds.count)]
    let entry = seed.last.entry
    var mutant = Mutant(
      seed: seed, stored: StoredCheckpoint(seed.last.checkpoint, isBest: entry.isBest))
    mutator.mutate(&mutant.stored)
    try LocalFileSystem().remove(file.path)
    do {
      try CheckpointFile.write(mutant.stored, to: file.path)
    } catch {
      return nil
    }
    try Data(seed.configuration.resolvedText.utf8).write(to: folder.appending(path: "config.json"))
    return mutant
  }

  /// Does what a command does with a model.
  private func use(_ trained: TrainedModel, _ command: Command) throws {
    let (runner, training) = (trained.runner, trained.configuration.training)
    switch command {
    case .train: break
    case .evaluate: _ = try runner.evaluate(trained.examples(split: "test"))
    case .summary:
      _ = ModelSummary(runner.model, training, threads: 1).text
    case .sample:
      let images = try runner.sample(count: 4, seed: 1)
      _ = try ImageGrid(images, shape: [4] + runner.model.exampleShape).png()
    case .export:
      for format in ExportFormat.allCases {
        _ = try trained.export(format, to: folder.appending(path: "export").path)
      }
    }
  }

  /// Goes on from the mutant by its name or, in a folder without a manifest, from it or the good one that
  /// is older.
  private func train(_ mutant: Mutant, allowsChanges: Bool) throws {
    try? FileManager.default.removeItem(at: output)
    let isAutomatic = mutant.stored.label.step >= 0 && allowsChanges
    if isAutomatic {
      let checkpoints = output.appending(path: "checkpoints")
      try FileManager.default.createDirectory(at: checkpoints, withIntermediateDirectories: true)
      let name = CheckpointEntry.fileName(step: mutant.stored.label.step)
      for (from, to) in [(mutant.seed.first.path, mutant.seed.first.entry.file), (file.path, name)]
      where !FileManager.default.fileExists(atPath: checkpoints.appending(path: to).path) {
        try FileManager.default.copyItem(
          atPath: from, toPath: checkpoints.appending(path: to).path)
      }
    }
    let run = try TrainingRun(
      mutant.seed.configuration, output: output.path,
      resume: isAutomatic ? .automatic : .path(file.path), threads: 1, allowsChanges: allowsChanges)
    var steps = 0
    _ = try run.run {
      steps += 1
      return steps == 3
    }
  }

  private func run(_ program: URL, _ command: Command) throws -> (code: Int32, text: String) {
    try? FileManager.default.removeItem(at: output)
    let process = Process()
    process.executableURL = program
    process.currentDirectoryURL = folder
    process.arguments =
      switch command {
      case .train:
        ["train", "config.json", "--resume", "mutant.h5", "--output", "run", "--threads", "1"]
      case .evaluate: ["evaluate", "mutant.h5", "--threads", "1"]
      case .summary: ["summary", "mutant.h5"]
      case .sample: ["sample", "mutant.h5", "-o", "picture.png", "--threads", "1"]
      case .export: ["export", "mutant.h5", "--format", "onnx", "--output", "export"]
      }
    let log = folder.appending(path: "program.log")
    try Data().write(to: log)
    process.standardError = try FileHandle(forWritingTo: log)
    process.standardOutput = FileHandle.nullDevice
    process.environment = ProcessInfo.processInfo.environment
      .merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
    try process.run()
    process.waitUntilExit()
    let code = process.terminationStatus + (process.terminationReason == .exit ? 0 : 128)
    return (code, String(decoding: try Data(contentsOf: log), as: UTF8.self))
  }

  /// Puts a mutant aside.
  private func keep(_ number: Int, _ fault: String) throws -> String {
    let aside = folder.appending(path: "bad-\(number).h5")
    if !FileManager.default.fileExists(atPath: aside.path) {
      try FileManager.default.copyItem(at: file, to: aside)
    }
    return "\(aside.path): \(fault)"
  }

  private func isTold(_ error: any Error) -> Bool {
    switch error {
    case is CheckpointError, is RunError, is DatasetError, is HDF5Error, is MemoryShortage,
      is NonFiniteReport, is ExportError:
      true
    default: false
    }
  }

  /// What no command should have taken, as seen from the outside; nil for nothing.
  private func absurdity(_ stored: StoredCheckpoint) -> String? {
    guard let state = try? JSONNode.parse(stored.state, file: nil) else { return "no JSON" }
    let counts = ["epoch", "offset", "step", "shards", "epochsSinceBest", "secondsInSteps"]
    for key in counts {
      guard case .number(let value, _) = state[key]?.content, value >= 0, value <= 1e12 else {
        return "\(key) \(state[key]?.text() ?? "missing")"
      }
    }
    guard state["step"] == .int(stored.label.step), state["epoch"] == .int(stored.label.epoch)
    else {
      return "step and epoch that contradict each other"
    }
    guard case .array(let plateaus)? = state["plateaus"]?.content,
      plateaus.allSatisfy({
        if case .number(0...1, _)? = $0["factor"]?.content { true } else { false }
      })
    else { return "a factor" }
    let arrays = stored.parameters + stored.states.flatMap(\.arrays)
    return arrays.first { !$0.values.allSatisfy(\.isFinite) }?.name
  }

  private static let configurations = [
    """
    { "name": "dense",
      "model": {
        "encoder": ["flatten", { "dense": { "units": 7 } }, "batchNorm", "relu"],
        "posterior": { "gaussian": { "latent": 2 } },
        "decoder": [{ "dense": { "units": 36 } },
          { "reshape": { "channels": 1, "height": 6, "width": 6 } }],
        "likelihood": "bernoulli" },
      "data": { "file": "data.h5", "validation": { "fraction": 0.2 }, "test": "test/images" },
      "training": { "batchSize": 5, "epochs": 6, "reportEverySteps": 2, "earlyStopping": {},
        "schedule": { "reduceOnPlateau": { "patience": 0 } }, "onNonFinite": "rollback" },
      "checkpoints": { "everySteps": 2, "everyMinutes": null, "keep": 9 } }
    """,
    """
    { "name": "convolutions",
      "model": {
        "encoder": [{ "conv": { "channels": 3, "kernel": 3, "stride": 2, "padding": 1 } },
          "gelu", "flatten"],
        "posterior": { "planarFlow": { "latent": 2, "maps": 1 } },
        "decoder": [{ "dense": { "units": 27 } },
          { "reshape": { "channels": 3, "height": 3, "width": 3 } },
          { "convTranspose": { "channels": 1, "kernel": 4, "stride": 2, "padding": 1 } }],
        "likelihood": "gaussian" },
      "data": { "file": "data.h5", "test": "test/images" },
      "training": { "batchSize": 8, "shards": 2, "epochs": 9, "onNonFinite": "skip",
        "optimizer": { "sgd": { "momentum": 0.5 } } },
      "checkpoints": { "everySteps": 4, "everyMinutes": null, "keep": 9 } }
    """,
  ]
}

extension RunConfiguration {
  /// A configuration file that reads as this.
  fileprivate var resolvedText: String {
    JSONNode.object([
      ("name", .string(name)), ("model", model), ("data", data.resolved),
      ("training", training.resolved),
      (
        "checkpoints",
        .object([
          ("everySteps", checkpoints.everySteps.map { .int($0) } ?? .null), ("everyMinutes", .null),
          ("keep", .int(checkpoints.keep)),
        ])
      ),
    ]).text()
  }
}
