internal import Files

/// Which checkpoints a folder has.
struct Inventory {
  var manifest: Manifest
  /// Whether the manifest was made from the files, because there was none to trust.
  var isRebuilt = false
  /// What was wrong with the manifest and, when it was rebuilt, with files.
  var problems: [CheckpointProblem] = []
}

extension CheckpointLoader {
  /// The checkpoints that the manifest lists, oldest first; those that a rebuilt one would list
  /// where it is missing or damaged.
  ///
  /// - Throws: `.unsupportedVersion`, `.inputOutput`.
  public func entries() throws(CheckpointError) -> [CheckpointEntry] {
    try takeInventory(isStrict: false).manifest.entries
  }

  /// Reads the manifest, or makes one from the files where it cannot be used.
  ///
  /// - Parameter isStrict: Whether a failed operation is thrown. Who is about to write must not take
  ///   a file for lost that the system only failed to read; who loads takes what can be had.
  func takeInventory(isStrict: Bool) throws(CheckpointError) -> Inventory {
    do throws(CheckpointError) {
      return Inventory(manifest: try readManifest())
    } catch {
      if error.code == .unsupportedVersion || isStrict && error.code == .inputOutput {
        throw error
      }
      var inventory = try rebuild(isStrict: isStrict)
      let isEmpty = inventory.manifest.entries.isEmpty && inventory.problems.isEmpty
      if error.code != .missingFile || !isEmpty {
        inventory.problems.insert(
          CheckpointProblem(path: path(Manifest.fileName), error: error), at: 0)
      }
      return inventory
    }
  }

  /// The manifest as it is.
  ///
  /// - Throws: `.missingFile`, `.damaged`, `.unsupportedVersion`, `.inputOutput`.
  func readManifest() throws(CheckpointError) -> Manifest {
    let path = path(Manifest.fileName)
    return try Manifest(decoding: try bytes(path), path: path)
  }

  /// A manifest of the files that prove themselves, by step.
  private func rebuild(isStrict: Bool) throws(CheckpointError) -> Inventory {
    var inventory = Inventory(manifest: Manifest(), isRebuilt: true)
    let found = try names().compactMap { name in
      CheckpointEntry.step(ofFile: name).map { (name: name, step: $0) }
    }
    for (name, step) in found.sorted(by: { $0.step < $1.step }) {
      do throws(CheckpointError) {
        let bytes = try bytes(path(name))
        let (_, label) = try content(of: bytes, path(name))
        guard label.step == step else { throw misnamed(name, label) }
        inventory.manifest.append(CheckpointEntry(of: bytes, label))
      } catch {
        if isStrict && error.code == .inputOutput { throw error }
        inventory.problems.append(CheckpointProblem(path: path(name), error: error))
      }
    }
    return inventory
  }

  /// The names in the folder; none if there is no folder.
  func names() throws(CheckpointError) -> [String] {
    do throws(IOFailure) {
      return try files.list(folder)
    } catch {
      if error.isMissing { return [] }
      throw CheckpointError(error)
    }
  }

  func bytes(_ path: String) throws(CheckpointError) -> [UInt8] {
    do throws(IOFailure) {
      return try files.read(path)
    } catch {
      throw CheckpointError(error)
    }
  }

  func path(_ name: String) -> String { "\(folder)/\(name)" }

  private func misnamed(_ name: String, _ label: CheckpointLabel) -> CheckpointError {
    CheckpointError(
      .damaged, path(name), expected: "the step of its name",
      found: "step \(label.step)", remedy: "Give the file its own name again.")
  }
}
