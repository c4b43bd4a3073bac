internal import Foundation

/// What `checkpoints.json` says: which checkpoints there are, and what a cut-off save was doing.
///
/// The file is a JSON object: `formatVersion`, 1; `entries`, in the order of saving, so that the
/// newest is the last whatever its step; `last` and `best`, names of files, for readers; `pending`,
/// the entry whose file is about to get its name; `obsolete`, names of files that the next pruning
/// removes.
struct Manifest: Hashable {
  static let fileName = "checkpoints.json"

  /// The good checkpoints, oldest first; a file at most once, the best at most one.
  var entries: [CheckpointEntry] = []
  /// The entry of a save that was under way: its file has its name already, or not yet.
  var pending: CheckpointEntry?
  /// Files that are no longer needed and may still be there.
  var obsolete: [String] = []

  /// The best by validation.
  var best: CheckpointEntry? { entries.last(where: \.isBest) }

  /// Ends the save that was under way when this was written.
  ///
  /// - Parameter isPublished: Whether the pending entry's file is there, whole, under its name.
  mutating func settle(isPublished: Bool) {
    guard let entry = pending else { return }
    pending = nil
    if isPublished {
      append(entry)
    } else if !entries.contains(where: { $0.file == entry.file }) {
      obsolete.append(entry.file)
    }
  }

  /// Lists `entry` as the newest, in place of one of the same file.
  mutating func append(_ entry: CheckpointEntry) {
    entries.removeAll { $0.file == entry.file }
    if entry.isBest {
      for i in entries.indices { entries[i].isBest = false }
    }
    entries.append(entry)
    obsolete.removeAll { $0 == entry.file }
  }

  /// Moves what `surplus` finds from `entries` to `obsolete`.
  ///
  /// - Parameters:
  ///   - anchors: Entries that stay in any case.
  ///   - present: The names in the folder; others need no removal.
  mutating func retire(keep: Int, anchors: [CheckpointEntry], present: Set<String>) {
    let retired = Set(surplus(of: entries, keep: keep, anchors: anchors).map(\.file))
    entries.removeAll { retired.contains($0.file) }
    obsolete = retired.union(obsolete).intersection(present).sorted()
  }
}

/// The entries to remove when the newest `keep`, the best and the anchors are to stay.
///
/// - Parameter entries: Oldest first.
/// - Precondition: `keep` is at least 1: the last checkpoint always stays.
package func surplus(
  of entries: [CheckpointEntry], keep: Int, anchors: [CheckpointEntry] = []
) -> [CheckpointEntry] {
  precondition(keep >= 1, "keep \(keep): the last checkpoint always stays")
  let best = entries.last(where: \.isBest)
  return entries.dropLast(keep).filter { $0 != best && !anchors.contains($0) }
}

extension Manifest {
  private static let formatVersion = 1

  /// The JSON, key by key.
  private struct Document: Codable {
    var formatVersion: Int
    var entries: [CheckpointEntry]
    var last: String?
    var best: String?
    var pending: CheckpointEntry?
    var obsolete: [String]
  }

  private struct Version: Codable { var formatVersion: Int }

  /// The file's bytes; the same manifest gives the same.
  func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let document = Document(
      formatVersion: Self.formatVersion, entries: entries, last: entries.last?.file,
      best: best?.file, pending: pending, obsolete: obsolete)
    return Array(try encoder.encode(document)) + Array("\n".utf8)
  }

  /// Reads the bytes of the file `path`.
  ///
  /// - Throws: `.unsupportedVersion`; `.damaged` if this program cannot have written them.
  init(decoding bytes: [UInt8], path: String) throws(CheckpointError) {
    let (version, document): (Int, Document)
    do {
      let data = Data(bytes)
      version = try JSONDecoder().decode(Version.self, from: data).formatVersion
      guard version == Self.formatVersion else {
        throw CheckpointError(
          .unsupportedVersion, path, "formatVersion",
          expected: "\(Self.formatVersion)", found: "\(version)",
          remedy: "Use the version of vae-dp that wrote it.")
      }
      document = try JSONDecoder().decode(Document.self, from: data)
    } catch let error as CheckpointError {
      throw error
    } catch {
      throw Self.damaged(path, found: "something that cannot be decoded", cause: error)
    }
    entries = document.entries
    pending = document.pending
    obsolete = document.obsolete
    let listed = entries + [pending].compactMap(\.self)
    if let entry = listed.first(where: { !$0.isPlausible }) {
      throw Self.damaged(path, found: "an entry for '\(entry.file)' at step \(entry.step)")
    }
    // Names from the file become paths: no other file may be touched through them.
    if let name = obsolete.first(where: { CheckpointEntry.step(ofFile: $0) == nil }) {
      throw Self.damaged(path, found: "an obsolete file '\(name)'")
    }
    guard document.last == entries.last?.file, document.best == best?.file,
      Set(entries.map(\.file)).count == entries.count, entries.count(where: \.isBest) <= 1
    else { throw Self.damaged(path, found: "entries that contradict each other") }
  }

  private static func damaged(
    _ path: String, found: String, cause: (any Error)? = nil
  ) -> CheckpointError {
    CheckpointError(
      .damaged, path, expected: "a list of checkpoints", found: found,
      remedy: "It is made anew from the checkpoint files, without their SHA-256.", cause: cause)
  }
}

extension CheckpointEntry {
  /// Whether `init(of:_:)` can have made it.
  fileprivate var isPlausible: Bool {
    step >= 0 && file == Self.fileName(step: step) && byteCount > 0 && epoch >= 0
      && sha256.utf8.count == 64
      && sha256.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }
}
