/// What each of several arrays is to be, by one rule: an array's name says its part of the set (`train`, `test`, `valid`),
/// and whether it is the data or its labels; where no name says what the data is, it is the largest array of several axes.
struct ArrayRoles {
  struct Role {
    var array: NamedArray
    /// Path of the dataset: `train/labels`.
    var path: String
    var isLabels: Bool
  }

  private(set) var roles: [Role] = []
  /// What is left out, and why.
  private(set) var notes: [String] = []

  /// What is said by a user about arrays.
  struct Wishes {
    var data: String?
    var labels: String?
    var excluded: [String]
  }

  private struct Candidate {
    var array: NamedArray
    /// The name without the words of the part.
    var name: String
  }

  private static let dataNames = ["x", "data", "features", "inputs", "images", "imgs", "arr_0", ""]
  private static let imageNames: Set = ["images", "imgs"]
  private static let labelNames = ["y", "labels", "label", "targets", "target"]

  init(of arrays: [NamedArray], _ wishes: Wishes, _ source: ImportSource) throws {
    var parts: [(name: String, arrays: [Candidate])] = []
    for array in arrays where !wishes.excluded.contains(array.name) {
      let (part, name) = Self.partAndName(array.name)
      if !parts.contains(where: { $0.name == part }) { parts.append((part, [])) }
      let i = parts.firstIndex { $0.name == part } ?? 0
      parts[i].arrays.append(Candidate(array: array, name: name))
    }
    for (part, candidates) in parts {
      if part.isEmpty, parts.count > 1 {
        leaveOut(candidates, "belongs to no part")
      } else {
        try add(candidates, of: part, wishes, source)
      }
    }
    guard roles.contains(where: { !$0.isLabels }) else {
      throw source.problem(
        .unsupported, "an array called x or data, or one of several axes",
        arrays.isEmpty
          ? "no array" : arrays.map { "\($0.name) \($0.header.text)" }.joined(separator: ", "),
        "Say data=NAME.")
    }
  }

  private mutating func add(
    _ candidates: [Candidate], of part: String, _ wishes: Wishes, _ source: ImportSource
  ) throws {
    let labels = choose(candidates, wishes.labels, Self.labelNames)
    let others = candidates.filter { $0.array.name != labels?.array.name }
    let data = choose(others, wishes.data, Self.dataNames) ?? largest(others)
    guard let data else { return leaveOut(candidates, "has no data beside it") }
    guard let rowCount = data.array.header.shape.first, data.array.header.type?.isText == false
    else {
      throw source.problem(
        .unsupported, at: data.array.name, "numbers", data.array.header.text,
        "Write it as numbers, or name another array: data=NAME.")
    }
    var names = UniqueNames()
    let prefix = part.isEmpty ? "" : part + "/"
    func take(_ candidate: Candidate, as name: String, isLabels: Bool = false) {
      let name = names.dataset(name)
      roles.append(Role(array: candidate.array, path: prefix + name, isLabels: isLabels))
    }
    take(data, as: Self.imageNames.contains(data.name) ? "images" : "x")
    if let labels {
      guard labels.array.header.shape.first == rowCount, labels.array.header.type != nil else {
        throw source.problem(
          .mismatch, at: labels.array.name, "labels of \(rowCount) examples",
          labels.array.header.text,
          "Write one for each example, or say exclude=[\(labels.array.name)].")
      }
      take(labels, as: "labels", isLabels: true)
    }
    for other in others where other.array.name != data.array.name {
      let (header, name) = (other.array.header, other.array.name)
      if header.type == nil || header.type?.isText == true && header.rowSize != 1 {
        leaveOut([other], "holds what is no number and no text")
      } else if header.shape.first != rowCount || header.rowSize == 0 {
        leaveOut([other], "has no row for each of \(rowCount) examples")
      } else {
        take(other, as: other.name.isEmpty ? name : other.name)
      }
    }
  }

  private mutating func leaveOut(_ candidates: [Candidate], _ reason: String) {
    for candidate in candidates {
      notes.append(
        "'\(candidate.array.name)' is left out: \(candidate.array.header.text) \(reason).")
    }
  }

  private func choose(
    _ candidates: [Candidate], _ wish: String?, _ names: [String]
  ) -> Candidate? {
    if let wish, let found = candidates.first(where: { $0.array.name == wish || $0.name == wish }) {
      return found
    }
    return names.lazy.compactMap { name in candidates.first { $0.name == name } }.first
  }

  private func largest(_ candidates: [Candidate]) -> Candidate? {
    candidates.filter { $0.array.header.shape.count > 1 && $0.array.header.type?.isText == false }
      .max { $0.array.header.shape.reduce(1, *) < $1.array.header.shape.reduce(1, *) }
  }

  /// `x_train` is `x` of `train`.
  private static func partAndName(_ name: String) -> (part: String, name: String) {
    let parts = [
      "train": "train", "training": "train", "test": "test", "testing": "test",
      "valid": "valid",
      "val": "valid", "validation": "valid",
    ]
    var words = name.lowercased().split { $0 == "_" || $0 == "-" || $0 == "." || $0 == "/" }
      .map(String.init)
    guard let place = words.firstIndex(where: { parts[$0] != nil }) else {
      return ("", name.lowercased())
    }
    let part = parts[words.remove(at: place)] ?? ""
    return (part, words.joined(separator: "_"))
  }
}
