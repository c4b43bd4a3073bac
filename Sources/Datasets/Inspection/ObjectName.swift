/// What the name of an object in a file says about it.
struct ObjectName {
  /// Which examples a name says that it holds.
  enum Split: CaseIterable {
    case train, validation, test

    /// What people write for it, the longest first.
    fileprivate var stems: [String] {
      switch self {
      case .train: ["training", "train"]
      case .validation: ["validation", "valid", "val", "dev"]
      case .test: ["testing", "test"]
      }
    }
  }

  /// Path without its leading slashes, as a configuration names it.
  let path: String
  /// Its names from the root.
  let components: [Substring]
  /// Which examples it holds; nil where it does not say.
  let split: Split?
  /// The words of the last name, in lower case, without what says that.
  let subject: [String]
  /// All words of the path, in lower case, and the names they are parts of.
  let words: Set<String>

  init(_ path: String) {
    self.path = String(path.drop { $0 == "/" })
    components = self.path.split(separator: "/")
    // The first names and the last: a path may be as long as the file likes.
    let bytes = self.path.utf8
    let ends = [bytes.prefix(200), bytes.suffix(100)].map { String(decoding: $0, as: UTF8.self) }
    let names = (bytes.count <= 200 ? [ends[0]] : ends)
      .flatMap { $0.lowercased().split(separator: "/").map(String.init) }
    var (found, subject): (Split?, [String]) = (nil, [])
    var words = Set(names)
    for name in names {
      subject = []
      for word in name.split(whereSeparator: { !$0.isLetter && !$0.isNumber }).map(String.init) {
        let (split, rest) = Self.parts(of: word)
        found = found ?? split
        words.insert(word)
        if let rest {
          subject.append(rest)
          words.insert(rest)
        }
      }
    }
    (self.split, self.subject, self.words) = (found, subject, words)
  }

  /// `train` and `x` of `xtrain`.
  private static func parts(of word: String) -> (split: Split?, rest: String?) {
    for split in Split.allCases {
      for stem in split.stems {
        if word == stem { return (split, nil) }
        var rests: [String] = []
        if word.hasPrefix(stem) { rests.append(String(word.dropFirst(stem.count))) }
        if word.hasSuffix(stem) { rests.append(String(word.dropLast(stem.count))) }
        if let rest = rests.first(where: partners.contains) { return (split, rest) }
      }
    }
    return (nil, word)
  }

  /// What is written together with the examples' kind, without a mark in between.
  private static let partners: Set<String> = [
    "x", "y", "data", "set", "image", "images", "img", "imgs", "sample", "samples", "input",
    "inputs", "feature", "features", "label", "labels", "target", "targets", "class", "classes",
  ]

  /// Where its path and another's differ, if that is in one name alone; nil otherwise.
  func onlyDifference(from other: ObjectName) -> Substring? {
    guard components.count == other.components.count else { return nil }
    let differing = components.indices.filter { components[$0] != other.components[$0] }
    return differing.count == 1 ? components[differing[0]] : nil
  }
}
