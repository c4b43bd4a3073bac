import ArgumentParser
import Foundation
import VAEDP

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a model.",
    discussion: """
      The run folder holds config.json, metrics.jsonl, metrics.csv, checkpoints/ and samples/.
      Ctrl-C, or a terminal that closes, finishes the step, saves and leaves; --resume auto goes on from there to the same bits.
      """)

  @Argument(help: "A configuration, such as configs/conv.json.")
  var config: String

  @Argument(help: "Keys to override: training.epochs=3")
  var overrides: [String] = []

  @OptionGroup var threads: ThreadOption

  @Option(help: "Folder of the run. (default: runs/<name>)")
  var output: String?

  @Option(help: "Checkpoint to continue from: auto, never or the path of a file.")
  var resume = "never"

  @Flag(help: "Go on even where changed keys make the training compute differently from here on.")
  var allowChanges = false

  @Option(help: "Stop and save after this time: 90s, 30m or 2h.")
  var maxTime: Duration?

  @Flag(help: "Check configuration and data, print the model, and train nothing.")
  var dryRun = false

  func run() throws {
    try reporting {
      let configuration = try RunConfiguration(file: config, overrides: overrides)
      let mode: Resume =
        resume == "auto" ? .automatic : resume == "never" ? .never : .path(resume)
      if dryRun { return try show(configuration, mode) }
      let line = ProgressLine()
      let interruption = Interruption()
      var total = Double.infinity
      let run = try TrainingRun(
        configuration, output: output, resume: mode, threads: threads.count,
        choosesThreads: threads.isAutomatic, allowsChanges: allowChanges
      ) { line.observe($0, of: total) }
      total = run.trainer.totalEpochs
      line.say(describe(run))
      let watchdog = StepWatchdog(run.trainer) { ProgressLine.warn("\($0)") }
      defer { withExtendedLifetime(watchdog) {} }
      let outcome = try run.run(maxSeconds: maxTime?.seconds) { interruption.signal != 0 }
      line.say(ending(outcome, run))
      if outcome.isUnsaved { throw ExitCode(74) }
      if interruption.signal != 0 { throw ExitCode(128 + interruption.signal) }
    }
  }

  private func show(_ configuration: RunConfiguration, _ resume: Resume) throws {
    let line = ProgressLine()
    let dry = try DryRun(
      configuration, output: output, resume: resume, threads: threads.count
    ) { line.observe($0, of: 0) }
    for warning in dry.warnings { line.say(warning) }
    line.say("\(configuration.name): \(dry.exampleCount) examples to train on")
    try put(dry.configuration.text())
    try put(dry.summary.text)
  }

  private func describe(_ run: TrainingRun) -> String {
    let trainer = run.trainer
    let examples = run.data.training.positions.count
    let window =
      trainer.state.window.map {
        "\n  more data than memory: at any time \($0.rowCount) examples are there and mixed, read anew in every epoch"
      } ?? ""
    return """
      \(run.configuration.name): \(trainer.model.exampleShape) → \(trainer.model.totalLatentCount) latents
      \(ModelSummary(trainer.model, trainer.configuration, shards: trainer.state.shards).text)
        \(examples) training examples, batches of \(trainer.configuration.batchSize) in \
      \(trainer.state.shards) shards, \(trainer.stepsPerEpoch) steps per epoch → \(run.folder.path)\(window)
      """
  }

  private func ending(_ outcome: RunOutcome, _ run: TrainingRun) -> String {
    let state = run.trainer.state
    let time = String(format: "%.1f", state.secondsInSteps)
    switch outcome.reason {
    case .completed:
      let first =
        run.firstStepSeconds
        .map { String(format: ", the first %.2f s after the start", $0) } ?? ""
      return "done: \(state.step) steps in \(time) s of training\(first) → \(run.folder.path)"
    case .stoppedEarly:
      let best = state.best.map { " (best epoch \($0.epoch))" } ?? ""
      return "stopped early after epoch \(state.epoch)\(best) → \(run.folder.path)"
    case .interrupted:
      let arguments = ([config] + overrides + (output.map { ["--output", $0] } ?? []))
        .map(shellWord)
      return "stopped at step \(state.step) and saved; go on with: vae-dp train "
        + arguments.joined(separator: " ") + " --resume auto"
    }
  }
}

/// A time such as `30m`.
struct Duration: ExpressibleByArgument {
  var seconds: Double

  init?(argument: String) {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600]
    guard let last = argument.last else { return nil }
    let digits = units[last] == nil ? argument[...] : argument.dropLast()
    guard let number = Double(digits), number > 0, number.isFinite else { return nil }
    seconds = number * (units[last] ?? 1)
  }
}

/// A word as a shell takes it: in quotes where it holds more than letters, digits and plain marks.
private func shellWord(_ word: String) -> String {
  let isPlain = word.allSatisfy {
    $0.isASCII && ($0.isLetter || $0.isNumber || "-_./=,:+".contains($0))
  }
  return isPlain ? word : "'" + word.replacing("'", with: "'\\''") + "'"
}
