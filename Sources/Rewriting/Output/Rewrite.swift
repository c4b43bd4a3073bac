internal import HDF5

/// A file that is being written from another.
struct Rewrite {
  let contents: FileContents
  let output: HDF5File
  let storage: StorageOptions
  let progress: RewriteProgress
  private(set) var summary = RewriteSummary()

  init(
    _ contents: FileContents, _ output: HDF5File, _ storage: StorageOptions,
    _ progress: RewriteProgress
  ) {
    (self.contents, self.output) = (contents, output)
    (self.storage, self.progress) = (storage, progress)
    summary.notes = contents.notes
  }

  /// Copies what does not go by examples, and the root's attributes.
  mutating func copyOthers() throws {
    for path in contents.others { try copyWhole(path) }
    summary.notes += try contents.copyAttributes(of: "/", to: "/", in: output)
    for group in contents.groups where !contents.isMatrix(group) && output.contains(group) {
      summary.notes += try contents.copyAttributes(of: group, to: group, in: output)
    }
  }

  /// Copies what lies beside fields of the examples, with the attributes of the groups that hold them.
  mutating func copyCompanions(of set: FileContents.Examples, to folder: String) throws {
    guard folder != set.folder || !set.companions.isEmpty else { return }
    var plain = storage
    plain.type = nil
    for path in set.companions {
      let name = joined(folder, set.name(of: path))
      summary.notes += try contents.copyWhole(path, to: name, in: output, plain, progress)
    }
    guard folder != set.folder else { return }
    for group in contents.groups where !contents.isMatrix(group) {
      guard set.folder.isEmpty || group.hasPrefix(set.folder + "/") else { continue }
      let name = joined(folder, set.name(of: group))
      if output.contains(name) {
        summary.notes += try contents.copyAttributes(of: group, to: name, in: output)
      }
    }
  }

  /// Copies something as it is.
  mutating func copyWhole(_ path: String) throws {
    var plain = storage
    plain.type = nil
    summary.notes += try contents.copyWhole(path, to: path, in: output, plain, progress)
    summary.copied.append(path)
  }

  /// Ends a field's copy.
  mutating func finish(_ writer: any RowAppender, of field: any RowField, as name: String) throws {
    let written = try writer.finish()
    summary.datasets.append(written)
    let changed = field.attributes(rows: written.shape[0])
    summary.notes += try contents.copyAttributes(
      of: field.path, to: name, in: output, replacing: changed)
  }
}

/// A path of a folder, which may be the root, and a name.
func joined(_ folder: String, _ name: String) -> String {
  folder.isEmpty ? name : folder + "/" + name
}

/// Writes a file from the contents of another; nothing is left where that fails.
func rewrite(
  _ contents: FileContents, to path: String, replacing: Bool, _ storage: StorageOptions,
  passes: Int, step: (Double) throws -> Void, _ body: (inout Rewrite) throws -> Void
) throws -> RewriteSummary {
  try withoutActuallyEscaping(step) { step in
    let paths = contents.sets.flatMap(\.fields)
    let total = try paths.reduce(0) { try $0 + contents.field($1, StorageOptions()).byteCount }
    let progress = RewriteProgress(total: total * passes, step: step)
    var summary = RewriteSummary()
    try HDF5File.write(to: path, replacing: replacing) { output in
      var rewrite = Rewrite(contents, output, storage, progress)
      try body(&rewrite)
      try rewrite.copyOthers()
      summary = rewrite.summary
    }
    return summary
  }
}
