internal import RandomStreams

/// Which part each example goes to.
struct SplitPlan {
  /// Places in the list of parts.
  private(set) var parts: [UInt8]
  /// How many go to each.
  private(set) var counts: [Int]

  /// - Throws: `RewriteError` where a part would be empty that has a share.
  init(
    _ options: SplitOptions, of set: FileContents.Examples, in contents: FileContents
  ) throws {
    let shares = Shares(options.shares.map(\.share))
    let count = set.rowCount
    guard count < UInt32.max else {
      throw contents.problem(
        .unsupported, at: set.data, "fewer than 2^32 examples", "\(count)",
        "Cut the file in pieces first.")
    }
    let stream = Stream(seed: UInt64(options.seed), purpose: .split)
    (parts, counts) = ([], options.shares.map { _ in 0 })
    var groupCount: Int?
    switch options.rule {
    case .atRandom:
      let order = stream.permutation(of: count, turn: 0).map { Int($0) }
      parts = Self.dealt(order, classes: nil, shares.counts(of: [count]))
    case .stratified(let name):
      let (classes, classCount) = try RowKeys(name, of: set, in: contents).codes()
      var sizes = [Int](repeating: 0, count: classCount)
      for code in classes { sizes[code] += 1 }
      let order = stream.permutation(of: count, turn: 0).map { Int($0) }
      parts = Self.dealt(order, classes: classes, shares.counts(of: sizes))
    case .grouped(let name):
      let (groups, number) = try RowKeys(name, of: set, in: contents).codes()
      groupCount = number
      let part = Self.parts(
        ofGroups: groups, count: number, wanted: shares.counts(of: count),
        among: options.shares.indices.filter { options.shares[$0].share > 0 }, stream)
      parts = groups.map { part[$0] }
    case .byTime(let name):
      let order = try RowKeys(name, of: set, in: contents).order()
      parts = Self.dealt(order, classes: nil, shares.counts(of: [count]))
    }
    for part in parts { counts[Int(part)] += 1 }
    for (place, share) in options.shares.enumerated() where share.share > 0 && counts[place] == 0 {
      throw contents.problem(
        .emptyPart, at: share.name, "at least one example",
        groupCount.map { "\($0) groups for \(count) examples, none of which is left" }
          ?? "\(count) examples, of which its share of \(share.share) is none",
        "Give it a larger share, or none with \(share.name)=0.")
    }
  }

  /// Deals examples out in an order: of each class the first ones to the first part, and so on.
  private static func dealt(_ order: [Int], classes: [Int]?, _ counts: [[Int]]) -> [UInt8] {
    var parts = [UInt8](repeating: 0, count: order.count)
    var left = counts
    for row in order {
      let code = classes?[row] ?? 0
      guard let part = left[code].firstIndex(where: { $0 > 0 }) else {
        preconditionFailure("no part is left for an example of class \(code)")
      }
      left[code][part] -= 1
      parts[row] = UInt8(part)
    }
    return parts
  }

  /// Deals groups out in random order, each to the part that lacks most examples; a part that got none takes the smallest
  /// group of the one that has most of them.
  private static func parts(
    ofGroups groups: [Int], count: Int, wanted: [Int], among places: [Int], _ stream: Stream
  ) -> [UInt8] {
    var sizes = [Int](repeating: 0, count: count)
    for group in groups { sizes[group] += 1 }
    var (lacking, members) = (wanted, wanted.map { _ in [Int]() })
    for group in stream.permutation(of: count, turn: 0).map({ Int($0) }) {
      let part = places.max { (lacking[$0], $1) < (lacking[$1], $0) } ?? 0
      lacking[part] -= sizes[group]
      members[part].append(group)
    }
    for part in places where members[part].isEmpty {
      let richest = members.indices.max { members[$0].count < members[$1].count } ?? 0
      guard members[richest].count > 1,
        let smallest = members[richest].indices.min(by: {
          sizes[members[richest][$0]] < sizes[members[richest][$1]]
        })
      else { continue }
      members[part].append(members[richest].remove(at: smallest))
    }
    var parts = [UInt8](repeating: 0, count: count)
    for (part, groups) in members.enumerated() {
      for group in groups { parts[group] = UInt8(part) }
    }
    return parts
  }
}
