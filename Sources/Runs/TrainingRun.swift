internal import Checkpoints
internal import Configuration
internal import DataParallel
package import Evaluation
internal import Examples
internal import Foundation
internal import Host
public import Measuring
public import Models
public import Training

/// What to do with checkpoints that a run folder already holds.
public enum Resume: Sendable, Hashable {
  /// Start anew; a folder that holds a run is refused.
  case never
  /// Continue from the newest good checkpoint, or start anew where there is none.
  case automatic
  /// Continue from this checkpoint file.
  case path(String)
}

extension Resume {
  /// The folder of the run that a training goes on with; nil where it starts anew.
  ///
  /// - Parameter output: The training's own.
  func run(in output: String) -> String? {
    switch self {
    case .never: nil
    case .automatic: output
    case .path(let file):
      URL(filePath: file).deletingLastPathComponent().deletingLastPathComponent()
        .path(percentEncoded: false)
    }
  }
}

/// What happens during a run, for whoever shows it.
public enum RunEvent: Sendable {
  /// Something that takes time before training: what, and which share is done.
  case preparing(String, Double)
  /// What was found to train on in a file of which the configuration says no more than its name.
  case looked(String)
  /// A measurement chose the number of threads.
  case threads(ThreadChoice)
  /// A checkpoint that could not be used, before a good one was found.
  case skipped(String)
  /// Training continues after this step.
  case resumed(from: String, step: Int, changes: [String])
  case step(StepReport)
  case epoch(EpochRecord)
  case saved(String)
  /// A checkpoint could not be written; training goes on and tries again at the next interval.
  case saveFailed(String)
  /// A step was not applied because something in it was not finite; training leaves it out, or has
  /// gone back. Where it ends, the report is the error.
  case nonFinite(NonFiniteReport)
  /// Something that is strange and does no harm: about the data, or a training that has ended already.
  case warning(String)
  /// Metrics or a picture could not be written; training goes on.
  case outputFailed(String)
}

/// How a run ended.
public struct RunOutcome: Sendable, Hashable {
  /// Why training ended.
  public var reason: StopReason
  /// Whether the last checkpoint could not be written.
  public var isUnsaved: Bool
}

/// A training in its folder: data, model, checkpoints, metrics and pictures together.
public final class TrainingRun {
  /// The configuration.
  public let configuration: RunConfiguration
  /// The model.
  public let model: Model
  /// The examples.
  public let data: RunData
  /// The coordinator of the training.
  public let trainer: Trainer
  /// The folder.
  public let folder: RunFolder
  /// Seconds from the start of the process to the end of the first step; nil before it, and where
  /// the system does not tell.
  public private(set) var firstStepSeconds: Double?
  private var isFirstStep = true
  private var isChecked = false
  let store: CheckpointStore
  let environment: Environment
  let resolved: JSONNode
  let observe: (RunEvent) -> Void
  var savedStep = -1
  var isUnsaved = false
  var log: MetricsLog
  /// Draws the pictures of all epochs; made for the first.
  package var pictureRunner: ModelRunner?
  private var lastSave = ContinuousClock.now

  /// Opens the data, joins the model and takes up the folder.
  ///
  /// - Parameters:
  ///   - output: the folder; `runs/<name>` where nil.
  ///   - threads: threads to compute with; all that the process may use where nil.
  ///   - choosesThreads: whether a short measurement may find that fewer are faster.
  ///   - allowsChanges: whether a checkpoint may be taken up by a configuration that computes
  ///     differently from there on.
  ///   - observe: told what happens.
  /// - Throws: `ConfigurationError`, `DatasetError`, `HDF5Error`, `CheckpointError`, `RunError`.
  public init(
    _ configuration: RunConfiguration, output: String? = nil, resume: Resume = .never,
    threads: Int? = nil, choosesThreads: Bool = false, allowsChanges: Bool = false,
    observe: @escaping (RunEvent) -> Void = { _ in }
  ) throws {
    self.observe = observe
    var threads = threads ?? availableThreadCount()
    let ready = try configuration.preflight(output: output, resume: resume, observe: observe)
    let configuration = ready.configuration
    (self.configuration, data, model) = (configuration, ready.data, ready.model)
    folder = try RunFolder(locking: ready.folder)
    store = try CheckpointStore(
      folder: folder.checkpoints, keep: configuration.checkpoints.keep,
      anchors: configuration.anchors(examples: data.training.positions.count),
      check: CheckpointContent.check)
    try DataCheck(model, configuration.data).checkSome(of: data.training)
    var start = try StartingPoint(store, resume, folder: ready.folder)
    for problem in start.skipped { observe(.skipped(problem)) }
    var training = configuration.training
    training.shards = training.shards ?? start.state?.shards
    let shards = training.defaultShards(
      for: model, threads: min(threads, availableThreadCount()))
    if choosesThreads {
      let choice = try ThreadChoice(model, training, shards: shards, examples: data.training)
      observe(.threads(choice))
      threads = choice.threads
    }
    environment = try Environment(
      threads: threads, dataScale: data.scale, dataDigest: data.digest(), fields: data.fields)
    trainer = try Trainer(
      model: model, configuration: training, shards: shards, threads: threads,
      training: data.training, validation: data.validation)
    resolved = configuration.resolved(with: model, shards: trainer.state.shards)
    var changes: [String] = []
    if start.checkpoint != nil {
      changes = try start.take(
        resolved, environment, for: trainer, exampleCount: data.training.positions.count,
        allowsChanges: allowsChanges)
    }
    if let snapshot = start.checkpoint?.snapshot {
      try data.training.requireMemory(for: snapshot.state.window)
      do {
        try trainer.restore(snapshot, best: start.best)
      } catch let error as SnapshotError where error.code == .impossible {
        throw CheckpointError(error, file: start.name)
      }
      savedStep = trainer.state.step
    }
    try folder.write(resolved.text(), to: "config.json")
    var here = environment
    here.dataFolder = ready.place.folder
    try folder.write(here.json(), to: "environment.json")
    log = try MetricsLog(
      folder: folder, terms: trainer.model.termNames, continuingAfter: trainer.state.step,
      epoch: trainer.state.epoch, rollbacks: trainer.state.nonFiniteCounts.rollbacks)
    if start.checkpoint != nil {
      attempt { try store.finishCutOffSave() }
      attempt {
        try log.append(changes: changes, step: trainer.state.step, epoch: trainer.epochPosition)
      }
      observe(.resumed(from: start.name, step: trainer.state.step, changes: changes))
      if let limit = endingLimit {
        observe(
          .warning(
            "this training has come to its end (\(limit.key) is \(limit.value)): raise \(limit.key) "
              + "to go on"))
      }
    }
  }

  /// Trains to the end, or until it is asked to stop.
  ///
  /// - Parameters:
  ///   - maxSeconds: stop after so long, saving.
  ///   - shouldStop: asked after every step.
  /// - Throws: `NonFiniteReport` or `ShardFailure`; `DatasetError` or `HDF5Error` for what is wrong with
  ///   data that are still being read. A checkpoint, a line of metrics or a picture that
  ///   cannot be written is an event, not an error: no training is lost to a full disk.
  public func run(
    maxSeconds: Double? = nil, shouldStop: @escaping () -> Bool = { false }
  ) throws -> RunOutcome {
    let started = ContinuousClock.now
    lastSave = started
    try saveFirstAnchor()
    let reason = try trainer.run { trainer, report in
      if isFirstStep { (isFirstStep, firstStepSeconds) = (false, processAge()) }
      if let report {
        attempt { try log.append(report) }
        observe(.step(report))
      }
      let isLate = maxSeconds.map { (ContinuousClock.now - started) / .seconds(1) >= $0 } ?? false
      let stops = isLate || shouldStop()
      // An epoch's end saves by itself, after its validation.
      if trainer.state.offset < data.training.positions.count, stops || isSaveDue {
        try save(isBest: false)
      }
      return stops ? .stop : .proceed
    } afterEpoch: { trainer, record in
      attempt { try log.append(record) }
      observe(.epoch(record))
      // Before the checkpoint: a run that is killed in between draws them again.
      attempt { try writePictures(epoch: record.epoch) }
      try save(isBest: record.isBest)
      return shouldStop() ? .stop : .proceed
    } whenNonFinite: { _, report in
      try respond(to: report)
    }
    // Where a training ends within an epoch, it may have taken back its best parameters.
    if reason == .completed, trainer.state.offset != 0 { savedStep = -1 }
    if savedStep != trainer.state.step || trainer.state.ended == nil {
      try save(isBest: false)
    }
    attempt { try folder.write(status(reason), to: "status.json") }
    return RunOutcome(reason: reason, isUnsaved: isUnsaved)
  }

  /// Writes something that training can do without; a failure is told.
  func attempt(_ write: () throws -> Void) {
    do { try write() } catch { observe(.outputFailed("\(error)")) }
  }

  /// The limit that has ended the training; nil where it goes on.
  private var endingLimit: (key: String, value: Int)? {
    let (state, training) = (trainer.state, trainer.configuration)
    switch state.ended {
    case nil, .interrupted: return nil
    case .stoppedEarly:
      return training.earlyStopping.map { ("training.earlyStopping.patience", $0.patience) }
    case .completed:
      if let epochs = training.epochs, state.epoch >= epochs { return ("training.epochs", epochs) }
      return training.steps.map { ("training.steps", $0) }
    }
  }

  private var isSaveDue: Bool {
    let (rule, step) = (configuration.checkpoints, trainer.state.step)
    if let every = rule.everySteps, step % every == 0 { return true }
    guard let minutes = rule.everyMinutes else { return false }
    return (ContinuousClock.now - lastSave) / .seconds(60) >= minutes
  }

  /// Writes a checkpoint; a failure is told and tried again at the next interval.
  ///
  /// - Throws: what is wrong with the data: nothing is saved that was learnt before all were read and
  ///   checked.
  func save(isBest: Bool) throws {
    if !isChecked {
      for warning in try data.check(for: model, configuration.data) { observe(.warning(warning)) }
      isChecked = true
    }
    let state = trainer.state
    if savedStep == state.step, !isBest, state.offset != 0 { return }
    lastSave = ContinuousClock.now
    do {
      let checkpoint = Checkpoint(
        configuration: resolved, environment: environment, snapshot: trainer.snapshot())
      let entry = try store.save(checkpoint, isBest: isBest)
      savedStep = state.step
      isUnsaved = false
      observe(.saved(entry.file))
    } catch {
      isUnsaved = true
      observe(.saveFailed("\(error)"))
    }
  }

  private func status(_ reason: StopReason) -> String {
    JSONNode.object([
      ("status", .string(reason.rawValue)), ("step", .int(trainer.state.step)),
      ("epoch", .int(trainer.state.epoch)),
      ("secondsInSteps", .number(trainer.state.secondsInSteps)),
      ("firstStepSeconds", firstStepSeconds.map { .number($0) } ?? .null),
    ]).text()
  }
}
