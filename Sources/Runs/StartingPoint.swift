internal import Checkpoints
internal import Foundation
internal import Training

/// Where a run begins: at its start, or at a checkpoint.
struct StartingPoint {
  /// The checkpoint; nil at the start.
  var checkpoint: Checkpoint?
  /// The checkpoint of the best epoch, where there is one.
  var best: TrainingSnapshot?
  /// Name of the checkpoint's file.
  var name = ""
  /// Checkpoints that could not be used.
  var skipped: [String] = []

  init(_ store: CheckpointStore, _ resume: Resume, folder: String) throws {
    switch resume {
    case .never:
      let files = (try? FileManager.default.contentsOfDirectory(atPath: store.loader.folder)) ?? []
      let count = files.count { $0.hasPrefix("step-") && $0.hasSuffix(".h5") }
      guard count == 0 else {
        throw RunError(
          code: .exists, object: folder, expected: "a folder without a run",
          found: "\(count) checkpoints",
          remedy: "Continue it with --resume auto, or choose another folder with --output DIR.")
      }
    case .automatic:
      guard let last = try store.loader.loadLast() else { return }
      (checkpoint, name) = (last.checkpoint, last.entry.file)
      skipped = last.problems.map { "\($0)" }
      best = Self.best(knownAs: state?.best, in: store)
    case .path(let path):
      let check = CheckpointContent.check
      (checkpoint, name) = (try CheckpointLoader.load(path: path, check: check).checkpoint, path)
      best = Self.best(knownAs: state?.best, in: store)
    }
  }

  /// The folder's best checkpoint, if it is the one of this epoch and objective: not that of a training that went further.
  static func best(
    knownAs known: TrainingState.Best?, in store: CheckpointStore
  ) -> TrainingSnapshot? {
    guard let found = (try? store.loader.loadBest())??.snapshot else { return nil }
    return found.state.best == known ? found : nil
  }

  /// The state of the checkpoint; nil at the start.
  var state: TrainingState? { checkpoint?.snapshot.state }
}
