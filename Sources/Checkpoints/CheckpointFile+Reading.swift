internal import HDF5
internal import Training

extension CheckpointFile {
  /// Reads the bytes of a checkpoint file, and checks that they hold what was written.
  ///
  /// - Parameters:
  ///   - image: The whole file.
  ///   - name: Stands for the file in messages.
  /// - Throws: `.notACheckpoint`, `.unsupportedVersion`, `.missingObject`, `.typeMismatch`,
  ///   `.damaged`, or `.checksumMismatch` for whole chunks that hold something else.
  package static func read(
    _ image: [UInt8], name: String
  ) throws(CheckpointError) -> StoredCheckpoint {
    do {
      let reader = Reader(file: try HDF5File(image: image, name: name), name: name)
      try reader.checkFormat()
      let stored = try reader.checkpoint()
      let (expected, found) = (try reader.digest(), contentDigest(of: stored))
      guard expected == found else {
        throw CheckpointError(
          .checksumMismatch, name, expected: "content with SHA-256 \(expected)",
          found: "SHA-256 \(found)")
      }
      return stored
    } catch {
      throw CheckpointError(error, at: name, isReading: true)
    }
  }
}

/// An open checkpoint file.
private struct Reader {
  let file: HDF5File
  let name: String

  func checkFormat() throws {
    let format = try file.attribute("format", of: "/")
    guard format == .string(CheckpointFile.format) else {
      throw error(
        .notACheckpoint, "/@format", expected: "\"\(CheckpointFile.format)\"",
        found: format.map { "\($0)" } ?? "no such attribute",
        remedy: "Name a file that a training saved.")
    }
    let version = try integer("formatVersion", of: "/")
    guard version == CheckpointFile.formatVersion else {
      throw error(
        .unsupportedVersion, "/@formatVersion", expected: "\(CheckpointFile.formatVersion)",
        found: "\(version)", remedy: "Use the version of vae-dp that saved it.")
    }
  }

  func checkpoint() throws -> StoredCheckpoint {
    let label = CheckpointLabel(
      step: try integer("step", of: "/", in: 0...Int.max),
      epoch: try integer("epoch", of: "/", in: 0...Int.max),
      isBest: try integer("isBest", of: "/", in: 0...1) == 1)
    let states = try members(of: "/optimizer").map { state in
      StateArrays(name: state, arrays: try arrays(of: "/optimizer/\(state)"))
    }
    var stored = StoredCheckpoint(
      label: label, configuration: "", state: "", environment: "",
      parameters: try arrays(of: "/parameters"), states: states)
    for text in CheckpointFile.texts {
      stored[keyPath: text.field] = try file.readString(text.path)
    }
    return stored
  }

  func digest() throws -> String {
    guard case .string(let digest) = try file.attribute("contentSHA256", of: "/") else {
      throw error(
        .damaged, "/@contentSHA256", expected: "a string", found: "none")
    }
    return digest
  }

  func integer(
    _ attribute: String, of path: String, in range: ClosedRange<Int> = Int.min...Int.max
  ) throws -> Int {
    let value = try file.attribute(attribute, of: path)
    guard case .integer(let integer) = value, range.contains(integer) else {
      let (low, high) = (range.lowerBound, range.upperBound)
      throw error(
        .damaged, "\(path)@\(attribute)",
        expected: low == .min ? "an integer" : "an integer from \(low) to \(high)",
        found: value.map { "\($0)" } ?? "no such attribute")
    }
    return integer
  }

  private func arrays(of group: String) throws -> [NamedArray] {
    try members(of: group).map { member in
      let path = "\(group)/\(member)"
      let shape = try file.info(path).shape
      return NamedArray(name: member, shape: shape, values: try file.read(path, as: Float.self))
    }
  }

  /// The names in `group`, in the order of the snapshot.
  private func members(of group: String) throws -> [String] {
    let members = try file.children(of: group).map { member in
      (name: member, index: try integer("index", of: "\(group)/\(member)"))
    }.sorted { $0.index < $1.index }
    guard members.map(\.index) == Array(members.indices) else {
      throw error(
        .damaged, group, expected: "members numbered from 0 to \(members.count - 1)",
        found: "\(members.map(\.index))")
    }
    return members.map(\.name)
  }

  private func error(
    _ code: CheckpointError.Code, _ object: String, expected: String, found: String,
    remedy: String = "Use another checkpoint."
  ) -> CheckpointError {
    CheckpointError(code, name, object, expected: expected, found: found, remedy: remedy)
  }
}
