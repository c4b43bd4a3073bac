internal import HDF5

/// How often each class of a list comes.
public struct ClassCounts: Encodable, Sendable {
  /// A class, and how many have it.
  public struct Class: Encodable, Sendable, Hashable {
    /// Its name, or its number.
    public var name: String
    /// How many examples have it.
    public var count: Int
  }

  /// The ten that come most often; of equals the first by number or name.
  public var frequent: [Class] = []
  /// How many there are in all.
  public var classCount = 0
  /// How many examples have none of these ten.
  public var rest = 0

  /// With more different entries a list holds no classes.
  private static let mostClasses = 1000
  /// The most entries that are looked at: 2^22.
  private static let mostEntries = 1 << 22

  /// Counts the entries of a list; nil for what is no list of integers or texts, or has nearly as many as there are examples.
  ///
  /// - Throws: `HDF5Error` where they cannot be read.
  init?(_ info: DatasetInfo, in file: HDF5File) throws {
    guard info.shape.count == 1 || (info.shape.count == 2 && info.shape[1] == 1),
      info.elementCount > 0, info.elementCount <= Self.mostEntries
    else { return nil }
    if info.elementType == .string {
      self.init(counting: try file.readStrings(info.path)) { $0 }
    } else if info.elementType.isInteger {
      var names: [String] = []
      if case .strings(let found)? = try? file.attribute(.classes, of: info.path) { names = found }
      self.init(counting: try file.read(info.path, as: Int64.self)) { number in
        names.indices.contains(Int(number)) ? names[Int(number)] : "\(number)"
      }
    } else {
      return nil
    }
  }

  private init?<Key: Hashable & Comparable>(counting keys: [Key], _ name: (Key) -> String) {
    var counts: [Key: Int] = [:]
    for key in keys {
      counts[key, default: 0] += 1
      if counts.count > Self.mostClasses { return nil }
    }
    guard counts.count == 1 || 2 * counts.count <= keys.count else { return nil }
    let order = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    frequent = order.prefix(10).map { Class(name: name($0.key), count: $0.value) }
    classCount = counts.count
    rest = keys.count - frequent.reduce(0) { $0 + $1.count }
  }

  /// In a line.
  var text: String {
    let shown = frequent.map { "\($0.name.prefix(40)): \($0.count)" }.joined(separator: ", ")
    let others = classCount - frequent.count
    return "\(classCount) \(classCount == 1 ? "class" : "classes"): \(shown)"
      + (others == 0 ? "" : ", \(others) more: \(rest)")
  }
}
