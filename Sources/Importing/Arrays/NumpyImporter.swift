internal import Configuration
internal import Files
internal import HDF5

/// Arrays of NumPy.
struct NumpyImporter: Importer {
  static let name = "numpy"
  static let meaning =
    "A .npy file, a .npz file, or a folder of .npy files. x_train, y_test and their like become train/x and test/labels; "
    + "texts become classes; the data is what is called x, data, features, inputs or images, else the largest array of "
    + "several axes."

  private let wishes: ArrayRoles.Wishes

  static func recognises(_ source: ImportSource) -> Bool {
    if source.isFolder { return !files(of: source.path).isEmpty }
    let first = source.firstBytes
    return first.starts(with: [0x93] + Array("NUMPY".utf8))
      || first.starts(with: [0x50, 0x4B]) && source.suffix == "npz"
  }

  init(reading reader: inout ObjectReader) throws(ConfigurationError) {
    wishes = ArrayRoles.Wishes(
      data: try reader.optionalString("data", "The array that is the data; null: by the rule."),
      labels: try reader.optionalString(
        "labels", "The array of the classes; null: what is called y, labels or targets."),
      excluded: try reader.strings("exclude", default: [], "Arrays to leave out."))
  }

  func read(_ source: ImportSource, into output: ImportOutput, _ progress: ImportProgress) throws {
    let arrays = try NamedArray.all(of: source)
    for name in wishes.excluded + [wishes.data, wishes.labels].compactMap({ $0 }) {
      guard arrays.contains(where: { $0.name == name }) else {
        throw source.problem(
          .mismatch, "arrays " + arrays.map { "'\($0.name)'" }.joined(separator: ", "),
          "no '\(name)'",
          "Name one that is there.")
      }
    }
    let roles = try ArrayRoles(of: arrays, wishes, source)
    for (i, role) in roles.roles.enumerated() {
      let writer = ArrayWriter(role: role, output: output, source: source, progress: progress) {
        try progress.reached((Double(i) + $0) / Double(roles.roles.count))
      }
      try writer.write(among: roles.roles)
    }
    for note in roles.notes { progress.note(note) }
  }

  /// The names of the `.npy` files of a folder, sorted.
  static func files(of folder: String) -> [String] {
    ((try? LocalFileSystem().list(folder)) ?? [])
      .filter { $0.hasSuffix(".npy") && !$0.hasPrefix(".") }.sorted()
  }
}
