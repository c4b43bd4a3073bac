import Configuration
import DataParallel
import Diagnosis
import Foundation
import Measuring
import Runs
import Training

/// A small run: 32 training examples in batches of 8, three epochs of four steps, a checkpoint and a
/// report every two.
enum RunSample {
  /// The configuration, with overrides.
  static func configuration(
    data: String, _ overrides: [String] = []
  ) throws -> RunConfiguration {
    try RunConfiguration(
      json: """
        { "name": "small",
          "model": {
            "encoder": ["flatten", { "dense": { "units": 8 } }, "relu",
              { "dropout": { "probability": 0.2 } }],
            "posterior": { "gaussian": { "latent": 2 } },
            "decoder": [{ "dense": { "units": 36 } },
              { "reshape": { "channels": 1, "height": 6, "width": 6 } }],
            "likelihood": "bernoulli" },
          "data": { "file": "\(data)", "validation": { "fraction": 0.2 }, "test": "test/images" },
          "training": { "batchSize": 8, "shards": 2, "epochs": 3, "seed": 1, "reportEverySteps": 2 },
          "checkpoints": { "everySteps": 2, "everyMinutes": null, "keep": 3 } }
        """, overrides: overrides)
  }

  /// What happens in a run, in words.
  final class Events {
    var lines: [String] = []
    var names: [String] { lines.map { String($0.prefix { $0 != " " }) } }

    func note(_ event: RunEvent) {
      switch event {
      case .preparing, .looked: break
      case .threads(let choice): lines.append("threads \(choice.threads)")
      case .skipped(let problem): lines.append("skipped \(problem)")
      case .resumed(_, let step, let changes): lines.append("resumed \(step) \(changes)")
      case .step(let report): lines.append("step \(report.step)")
      case .epoch(let record): lines.append("epoch \(record.epoch)")
      case .saved(let file): lines.append("saved \(file)")
      case .saveFailed(let problem): lines.append("saveFailed \(problem)")
      case .nonFinite(let report):
        lines.append("nonFinite \(report.step) \(report.action) \(report.cause.kind)")
      case .warning(let text): lines.append("warning \(text)")
      case .outputFailed(let problem): lines.append("outputFailed \(problem)")
      }
    }
  }

  /// Trains to the end, or until after a step.
  @discardableResult
  static func train(
    _ scratch: ScratchFolder, _ run: String, _ overrides: [String] = [], resume: Resume = .never,
    threads: Int? = 2, choosesThreads: Bool = false, allowsChanges: Bool = false,
    until step: Int? = nil, events: Events = Events()
  ) throws -> (outcome: RunOutcome, trainer: Trainer) {
    let configuration = try configuration(data: scratch.path("data.h5"), overrides)
    let run = try TrainingRun(
      configuration, output: scratch.path(run), resume: resume, threads: threads,
      choosesThreads: choosesThreads, allowsChanges: allowsChanges, observe: events.note)
    let outcome = try run.run { run.trainer.state.step == step }
    return (outcome, run.trainer)
  }

  /// `metrics.jsonl` or `metrics.csv` without what the clock decides, and without changes.
  static func metrics(_ scratch: ScratchFolder, _ file: String) throws -> [String] {
    try scratch.text(file).split(separator: "\n").filter { !$0.contains("\"resumed\"") }.map {
      let line = String($0)
      return line.hasPrefix("{")
        ? line.replacing(/"samplesPerSecond":[^,}]*/, with: "")
        : line.replacing(/,[^,]*$/, with: "")
    }
  }
}

/// Bits of arrays by name.
func bits(_ arrays: [NamedArray]) -> [String: [UInt32]] {
  Dictionary(uniqueKeysWithValues: arrays.map { ($0.name, $0.values.map(\.bitPattern)) })
}
