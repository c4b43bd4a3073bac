internal import HDF5
internal import Training

/// The format of one checkpoint: an HDF5 file.
///
/// 1. The file uses the newest format of libhdf5 1.10: all metadata carries checksums. Times are
///    not stored: the same content gives the same bytes.
/// 2. Attributes of the root: `format`, the string "vae-dp checkpoint"; `formatVersion`, the
///    integer 1; `step`, `epoch` and `isBest` (0 or 1), integers; `contentSHA256`, a string of 64
///    lower-case hexadecimal digits, made as `contentDigest` says.
/// 3. `/configuration`, `/state` and `/environment`: scalar strings of fixed length, UTF-8, padded
///    with NUL; JSON.
/// 4. `/parameters/<name>`: one float32 little-endian dataset per array, in the array's shape, a
///    scalar as a scalar. Names contain dots and never a slash: `encoder.conv1.weight`. Arrays with
///    extents lie in chunks with Fletcher-32 checksums, scalars and empty arrays in their headers.
///    The integer attribute `index` of each dataset is its place among them, from 0.
/// 5. `/optimizer/<state>`: a group for each state of the optimiser, with an `index` likewise; in it
///    `/optimizer/<state>/<name>`, as the parameters.
///
/// Readers ignore what else they find.
public enum CheckpointFile {
  /// The attribute `format`.
  static let format = "vae-dp checkpoint"
  /// The attribute `formatVersion` that this program writes, and the only one that it reads.
  static let formatVersion = 1
  /// The three strings of a checkpoint.
  static var texts: [(path: String, field: WritableKeyPath<StoredCheckpoint, String>)] {
    [("/configuration", \.configuration), ("/state", \.state), ("/environment", \.environment)]
  }

  /// Writes a file that must not exist yet, and closes it; what is on the disk is another matter.
  ///
  /// - Throws: `.invalidName`; `.shapeMismatch` for an array whose values do not fill its shape;
  ///   `.typeMismatch` for a string with a NUL in it; `.inputOutput`.
  package static func write(
    _ stored: StoredCheckpoint, to path: String
  ) throws(CheckpointError) {
    do {
      try checkNames(stored.states.map(\.name), of: "/optimizer", path)
      try checkNames(stored.parameters.map(\.name), of: "/parameters", path)
      let file = try HDF5File.create(at: path)
      try write(stored.label, contentDigest(of: stored), to: file)
      for text in texts { try file.writeString(text.path, stored[keyPath: text.field]) }
      try write(stored.parameters, to: "/parameters", of: file)
      try file.createGroup("/optimizer")
      for (index, state) in stored.states.enumerated() {
        let group = "/optimizer/\(state.name)"
        try checkNames(state.arrays.map(\.name), of: group, path)
        try write(state.arrays, to: group, of: file)
        try file.setAttribute("index", of: group, to: .integer(index))
      }
      try file.close()
    } catch {
      throw CheckpointError(error, at: path, isReading: false)
    }
  }

  private static func write(
    _ label: CheckpointLabel, _ digest: String, to file: HDF5File
  ) throws(HDF5Error) {
    try file.setAttribute("format", of: "/", to: .string(format))
    try file.setAttribute("formatVersion", of: "/", to: .integer(formatVersion))
    try file.setAttribute("step", of: "/", to: .integer(label.step))
    try file.setAttribute("epoch", of: "/", to: .integer(label.epoch))
    try file.setAttribute("isBest", of: "/", to: .integer(label.isBest ? 1 : 0))
    try file.setAttribute("contentSHA256", of: "/", to: .string(digest))
  }

  private static func write(
    _ arrays: [NamedArray], to group: String, of file: HDF5File
  ) throws(HDF5Error) {
    try file.createGroup(group)
    for (index, array) in arrays.enumerated() {
      let path = "\(group)/\(array.name)"
      try file.write(path, shape: array.shape, values: array.values.span)
      try file.setAttribute("index", of: path, to: .integer(index))
    }
  }

  /// Throws unless each of `names` can be a link's name, once.
  private static func checkNames(
    _ names: [String], of group: String, _ file: String
  ) throws(CheckpointError) {
    var seen: Set<String> = []
    for name in names {
      let isValid =
        !["", ".", ".."].contains(name) && !name.utf8.contains(0) && !name.contains("/")
      guard isValid, seen.insert(name).inserted else {
        throw CheckpointError(
          .invalidName, file, group, expected: "different names without a slash",
          found: isValid ? "'\(name)' twice" : "'\(name)'", remedy: "Rename the layer.")
      }
    }
  }
}
