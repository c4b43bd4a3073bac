internal import CHDF5
internal import Glibc

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
    /// The path by which it was reached, as `OpenFile.key` has it.
    let name: String
    /// Its path, soft links resolved; empty for the root.
    let path: String
    /// Where it lies in the file.
    let address: UInt64
  }

  init(_ raw: hid_t) { self.raw = raw }

  /// A path without its leading slash, which means nothing.
  static func key(_ path: String) -> String {
    path.utf8.first == UInt8(ascii: "/") ? String(path.dropFirst()) : path
  }

  /// The group that a path led to before.
  subscript(_ path: String) -> KnownGroup? {
    let key = Self.key(path)
    return groups[key].flatMap { Self.areSame($0.name, key) ? $0 : nil }
  }

  /// Whether two names are the same bytes: Swift takes two spellings of one character for equal, HDF5
  /// does not.
  private static func areSame(_ a: String, _ b: String) -> Bool {
    guard a.utf8.count == b.utf8.count else { return false }
    let isSame = unsafe a.utf8.withContiguousStorageIfAvailable { a in
      unsafe b.utf8.withContiguousStorageIfAvailable { b -> Bool in
        guard let first = a.baseAddress, let second = b.baseAddress else { return true }
        return unsafe memcmp(first, second, a.count) == 0
      }
    }
    return isSame == true
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
