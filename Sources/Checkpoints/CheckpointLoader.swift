public import Files

/// Throws where what a whole checkpoint says makes no sense.
public typealias ContentCheck =
  @Sendable (_ checkpoint: Checkpoint, _ file: String) throws(CheckpointError) -> Void

/// Reads the checkpoints of one folder and changes nothing in it, so that a training may go on
/// meanwhile.
///
/// A file's SHA-256 is compared with the manifest's before libhdf5 sees a byte. Where the manifest
/// is missing or damaged, each file must prove itself by its own checksums and content digest.
public struct CheckpointLoader: Sendable {
  /// The folder: `RUN/checkpoints`.
  public let folder: String
  let files: any FileSystem
  let check: ContentCheck

  /// A loader for `folder`, which need not exist.
  ///
  /// - Parameter check: has the last word on every checkpoint; one that it throws for is a bad one.
  public init(
    folder: String, files: any FileSystem = LocalFileSystem(),
    check: @escaping ContentCheck = { _, _ in }
  ) {
    self.check = check
    self.folder =
      folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    self.files = files
  }

  /// The newest good checkpoint; bad ones are passed over and named in its `problems`.
  ///
  /// - Returns: `nil` if nothing was saved in this folder.
  /// - Throws: `.noneUsable`, which lists every file and why; `.unsupportedVersion` or
  ///   `.inputOutput` if the folder itself cannot be read.
  public func loadLast() throws(CheckpointError) -> LoadedCheckpoint? {
    let inventory = try takeInventory(isStrict: false)
    var problems = inventory.problems
    if let loaded = loadPending(inventory, &problems) { return loaded }
    for entry in inventory.manifest.entries.reversed() {
      do throws(CheckpointError) {
        return try load(entry, inventory, problems)
      } catch {
        problems.append(CheckpointProblem(path: path(entry.file), error: error))
      }
    }
    if problems.isEmpty { return nil }
    throw CheckpointError(
      .noneUsable, folder, expected: "one good checkpoint",
      found: problems.map { "[\($0)]" }.joined(separator: ", "),
      remedy: "Restore the folder from a copy, or start anew in another one.",
      cause: problems[0].error)
  }

  /// The best checkpoint by validation; never another one in its place.
  ///
  /// - Returns: `nil` if none was called the best.
  /// - Throws: Why it cannot be used.
  public func loadBest() throws(CheckpointError) -> LoadedCheckpoint? {
    let inventory = try takeInventory(isStrict: false)
    var problems = inventory.problems
    if inventory.manifest.pending?.isBest == true,
      let loaded = loadPending(inventory, &problems)
    {
      return loaded
    }
    guard let entry = inventory.manifest.best else {
      // A file that could not be read may have been the best.
      if let problem = inventory.problems.last { throw problem.error }
      return nil
    }
    return try load(entry, inventory, problems)
  }

  /// The checkpoint in the file `path`, wherever it lies; never another one in its place.
  ///
  /// Its SHA-256 is checked where the manifest beside it lists it.
  /// - Throws: Why it cannot be used.
  public static func load(
    path: String, files: any FileSystem = LocalFileSystem(),
    check: @escaping ContentCheck = { _, _ in }
  ) throws(CheckpointError) -> LoadedCheckpoint {
    let target: String
    do throws(IOFailure) {
      target = try files.resolve(path)
    } catch {
      throw CheckpointError(error)
    }
    let loader = CheckpointLoader(
      folder: Files.folder(of: target), files: files, check: check)
    let bytes = try loader.bytes(target)
    var problems: [CheckpointProblem] = []
    var listed: [CheckpointEntry] = []
    do throws(CheckpointError) {
      let manifest = try loader.readManifest()
      listed = (manifest.entries + [manifest.pending].compactMap(\.self))
        .filter { $0.file == name(of: target) }
    } catch  where error.code != .missingFile {
      problems.append(
        CheckpointProblem(path: loader.path(Manifest.fileName), error: error))
    } catch {
      // Copied elsewhere, without a manifest.
    }
    let hash = hexadecimalSHA256(of: bytes)
    if let entry = listed.first, !listed.contains(where: { $0.sha256 == hash }) {
      throw mismatch(target, entry, bytes, hash)
    }
    let (checkpoint, label) = try loader.content(of: bytes, path)
    return LoadedCheckpoint(
      checkpoint: checkpoint, entry: CheckpointEntry(of: bytes, label), path: path,
      isHashVerified: !listed.isEmpty, problems: problems)
  }

  /// Tries what a cut-off save may have left under its name; that it is not there is no problem.
  private func loadPending(
    _ inventory: Inventory, _ problems: inout [CheckpointProblem]
  ) -> LoadedCheckpoint? {
    guard let pending = inventory.manifest.pending else { return nil }
    do throws(CheckpointError) {
      return try load(pending, inventory, problems)
    } catch {
      // Of a listed name it is the older file still, which is tried in its turn.
      let isExpected =
        error.code == .missingFile
        || inventory.manifest.entries.contains { $0.file == pending.file }
      if !isExpected {
        problems.append(CheckpointProblem(path: path(pending.file), error: error))
      }
      return nil
    }
  }

  private func load(
    _ entry: CheckpointEntry, _ inventory: Inventory, _ problems: [CheckpointProblem]
  ) throws(CheckpointError) -> LoadedCheckpoint {
    let path = path(entry.file)
    let bytes = try bytes(path)
    let hash = hexadecimalSHA256(of: bytes)
    guard hash == entry.sha256 else { throw Self.mismatch(path, entry, bytes, hash) }
    let (checkpoint, label) = try content(of: bytes, path)
    guard (label.step, label.epoch) == (entry.step, entry.epoch) else {
      throw CheckpointError(
        .damaged, path,
        expected: "step \(entry.step) and epoch \(entry.epoch), as \(Manifest.fileName) says",
        found: "step \(label.step) and epoch \(label.epoch)")
    }
    return LoadedCheckpoint(
      checkpoint: checkpoint, entry: entry, path: path, isHashVerified: !inventory.isRebuilt,
      problems: problems)
  }

  /// What the bytes of a checkpoint file hold, looked at.
  func content(
    of bytes: [UInt8], _ path: String
  ) throws(CheckpointError) -> (checkpoint: Checkpoint, label: CheckpointLabel) {
    let stored = try CheckpointFile.read(bytes, name: path)
    let checkpoint = try stored.checkpoint(file: path)
    try check(checkpoint, path)
    return (checkpoint, stored.label)
  }

  private static func mismatch(
    _ path: String, _ entry: CheckpointEntry, _ bytes: [UInt8], _ hash: String
  ) -> CheckpointError {
    CheckpointError(
      .checksumMismatch, path,
      expected: "\(entry.byteCount) bytes with SHA-256 \(entry.sha256)",
      found: "\(bytes.count) bytes with SHA-256 \(hash)",
      remedy: "The file was damaged after it was saved: use another checkpoint.")
  }
}
