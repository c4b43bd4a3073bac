public import Files
internal import Training

/// The checkpoints' folder of a training, for the one process that writes it.
///
/// A save that is cut off at any point leaves the old checkpoint or the new one to load, and
/// nothing that the next save does not tidy up:
///
/// 1. The file grows under a hidden name that ends in `.partial`, is closed, read back, compared bit
///    by bit, hashed and synchronised.
/// 2. The manifest announces the file with its hash as pending. A file of this name may exist: until
///    step 3 its old hash is right, afterwards the pending one.
/// 3. The file gets its name; the folder is synchronised.
/// 4. The manifest lists it and names what is surplus now; `last.h5` and `best.h5` follow.
/// 5. The surplus files are removed. What this leaves behind, the manifest still names next time.
///
/// Each manifest is written as the file is: staged, read back, synchronised, renamed.
public struct CheckpointStore: Sendable {
  /// Reads what is saved here.
  public let loader: CheckpointLoader
  /// How many checkpoints stay, besides the best.
  public let keep: Int
  /// Checkpoints that stay besides, because training may go back to them.
  public let anchors: Anchors

  private var files: any FileSystem { loader.files }
  private var folder: String { loader.folder }

  /// Opens the folder to write, makes it if need be, and removes what cut-off saves left half
  /// written.
  ///
  /// - Parameters:
  ///   - folder: `RUN/checkpoints`.
  ///   - keep: How many checkpoints stay, besides the best.
  ///   - anchors: Checkpoints that stay besides.
  ///   - check: has the last word on every checkpoint that is read.
  /// - Throws: `.inputOutput`.
  /// - Precondition: `keep` is at least 1, and no other process writes this folder.
  public init(
    folder: String, keep: Int, anchors: Anchors = .none,
    files: any FileSystem = LocalFileSystem(), check: @escaping ContentCheck = { _, _ in }
  ) throws(CheckpointError) {
    precondition(keep >= 1, "CheckpointStore keeps \(keep) checkpoints: the last always stays")
    loader = CheckpointLoader(folder: folder, files: files, check: check)
    self.keep = keep
    self.anchors = anchors
    do {
      try files.createFolder(self.folder)
      try files.synchronize(Files.folder(of: self.folder))
      try files.removeStaged(in: self.folder)
    } catch {
      throw CheckpointError(error, at: folder, isReading: false)
    }
  }

  /// Finishes a save that was cut off after its file was whole, as the next save would: a training that is
  /// complete makes no other.
  ///
  /// - Throws: `.inputOutput`, `.unsupportedVersion`; nothing is lost by it.
  public func finishCutOffSave() throws(CheckpointError) {
    guard let manifest = try? loader.readManifest() else { return }
    do {
      let present = Set(try files.list(folder))
      if manifest.pending == nil, present.isDisjoint(with: manifest.obsolete) { return }
      try finish(settledManifest())
    } catch {
      throw CheckpointError(error, at: folder, isReading: false)
    }
  }

  /// Saves a checkpoint and removes those that are no longer to be kept.
  ///
  /// One of the same step is replaced, and stays the best if it was.
  /// - Parameters:
  ///   - isBest: Whether it is the best by validation so far.
  /// - Returns: The file's name, hash and size.
  /// - Throws: `.notFinite` where an array has a number that is not finite, and nothing is written;
  ///   `.inputOutput` with the failed operation as its cause; a checkpoint saved before,
  ///   or this one, can be loaded all the same. Or what `CheckpointFile.write` throws.
  @discardableResult
  public func save(
    _ checkpoint: Checkpoint, isBest: Bool
  ) throws(CheckpointError) -> CheckpointEntry {
    let step = checkpoint.snapshot.state.step
    let path = loader.path(CheckpointEntry.fileName(step: step))
    try requireFinite(checkpoint.snapshot, path)
    do {
      var manifest = try settledManifest()
      let isSameBest = manifest.best?.step == step
      let stored = StoredCheckpoint(checkpoint, isBest: isBest || isSameBest)
      let entry = try stage(stored, at: stagingPath(for: path))
      manifest.pending = entry
      try publish(manifest)
      try files.rename(stagingPath(for: path), to: path)
      try files.synchronize(folder)
      manifest.settle(isPublished: true)
      try finish(manifest)
      return entry
    } catch {
      // A failure here is the same one again; the next opening tidies up.
      try? files.removeStaged(in: self.folder)
      throw CheckpointError(error, at: path, isReading: false)
    }
  }

  /// Steps 4 and 5: lists what stays, and removes the rest.
  private func finish(_ settled: Manifest) throws {
    var manifest = settled
    let kept = manifest.entries.filter { anchors.contains(step: $0.step) }.suffix(anchors.count)
    manifest.retire(keep: keep, anchors: Array(kept), present: Set(try files.list(folder)))
    try publish(manifest)
    try link("last.h5", to: manifest.entries.last)
    try link("best.h5", to: manifest.best)
    for name in manifest.obsolete { try files.remove(loader.path(name)) }
    try files.synchronize(folder)
  }

  /// The manifest, with the question settled of how far a cut-off save came.
  private func settledManifest() throws -> Manifest {
    var manifest = try loader.takeInventory(isStrict: true).manifest
    if let pending = manifest.pending {
      do throws(IOFailure) {
        let bytes = try files.read(loader.path(pending.file))
        manifest.settle(isPublished: hexadecimalSHA256(of: bytes) == pending.sha256)
      } catch {
        guard error.isMissing else { throw error }
        manifest.settle(isPublished: false)
      }
    }
    return manifest
  }

  /// Writes the checkpoint to `staging`, proves it, and brings it to the disk.
  private func stage(_ stored: StoredCheckpoint, at staging: String) throws -> CheckpointEntry {
    try files.remove(staging)
    try files.createFile(staging) { try CheckpointFile.write(stored, to: $0) }
    let bytes = try files.read(staging)
    do throws(CheckpointError) {
      if let difference = firstDifference(stored, try CheckpointFile.read(bytes, name: staging)) {
        throw CheckpointError.readBack(staging, difference)
      }
    } catch {
      // Whatever it looks like, what was written a moment ago is not there.
      var failure = error
      failure.code = .inputOutput
      throw failure
    }
    try files.synchronize(staging)
    return CheckpointEntry(of: bytes, stored.label)
  }

  private func publish(_ manifest: Manifest) throws {
    try files.replace(loader.path(Manifest.fileName), with: manifest.encoded())
  }

  /// Points the link `name` to a checkpoint, for people and scripts; this program does not need it.
  private func link(_ name: String, to entry: CheckpointEntry?) throws(IOFailure) {
    let path = loader.path(name)
    guard let entry else { return try files.remove(path) }
    do throws(IOFailure) {
      try files.replaceLink(path, to: entry.file)
    } catch {
      guard error.isUnsupported else { throw error }
    }
  }
}
