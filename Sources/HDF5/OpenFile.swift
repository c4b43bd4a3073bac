internal import CHDF5

/// An open file, and where the groups lie that were come upon in it: the way to an object below one of
/// them begins there, so that a file which nests thousands is listed in a time that grows with their
/// number.
///
/// Used under the lock around libhdf5 alone. No group is moved or removed by this module, so what was
/// found once stays true.
final class OpenFile {
  /// The library's identifier.
  let raw: hid_t
  private var groups: [String: KnownGroup] = [:]
  /// Beyond so many groups, paths are walked from the root.
  private static let mostGroups = 20_000

  /// A group that was reached once.
  struct KnownGroup {
    /// The path by which it was reached.
    let name: String
    /// Its path, soft links resolved; empty for the root.
    let path: String
    /// Where it lies in the file.
    let address: UInt64
  }

  init(_ raw: hid_t) { self.raw = raw }

  /// The group that a path led to before.
  subscript(_ path: String) -> KnownGroup? {
    // Swift takes two spellings of one character for equal, HDF5 does not.
    groups[path].flatMap { $0.name.utf8.elementsEqual(path.utf8) ? $0 : nil }
  }

  /// Notes where a group lies.
  func note(_ group: KnownGroup) {
    if groups.count < Self.mostGroups { groups[group.name] = group }
  }
}

/// An object that was reached link by link.
struct FoundObject: ~Copyable {
  let identifier: Identifier
  /// Its path, soft links resolved; `/` for the root.
  let path: String

  var isGroup: Bool { H5Iget_type(identifier.raw) == H5I_GROUP }
}
