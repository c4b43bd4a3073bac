/// Names no two of which are equal.
struct UniqueNames: Sendable {
  /// The number that the next of a name gets.
  private var next: [String: Int] = [:]

  init(_ names: [String] = []) { for name in names { next[name] = 2 } }

  /// A name that is not taken: with a number behind it, where it is.
  mutating func unique(_ name: String) -> String {
    guard var number = next[name] else {
      next[name] = 2
      return name
    }
    while next["\(name)_\(number)"] != nil { number += 1 }
    next[name] = number + 1
    next["\(name)_\(number)"] = 2
    return "\(name)_\(number)"
  }

  /// A name of a dataset that is not taken: no folders, no hidden meaning.
  mutating func dataset(_ name: String) -> String {
    let plain = String(name.map { $0 == "/" || $0 == "\0" ? "_" : $0 }.prefix(200))
    return unique(plain.allSatisfy { $0 == "." } ? "field" : plain)
  }
}
