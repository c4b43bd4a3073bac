internal import RandomStreams

/// Who had to do with what: each pair of user and item once.
struct InteractionTable {
  /// An interaction of a user.
  struct Entry {
    var item: Int32
    var rating: Float
    /// Order of events; smaller is earlier.
    var time: Double
  }

  /// Names in the order in which they came.
  private(set) var userNames: [String] = []
  private(set) var itemNames: [String] = []
  private var users: [String: Int32] = [:]
  private var items: [String: Int32] = [:]
  private var rows: [(user: Int32, entry: Entry)] = []

  /// Rows so far.
  var count: Int { rows.count }

  /// Adds a row.
  mutating func add(user: String, item: String, rating: Float, time: Double) {
    let user = Self.number(of: user, &users, &userNames)
    let item = Self.number(of: item, &items, &itemNames)
    rows.append((user, Entry(item: item, rating: rating, time: time)))
  }

  private static func number(
    of name: String, _ numbers: inout [String: Int32], _ names: inout [String]
  ) -> Int32 {
    if let number = numbers[name] { return number }
    let number = Int32(names.count)
    numbers[name] = number
    names.append(name)
    return number
  }

  /// The entries of each user in order of their items; of a pair that is there several times, the last row.
  ///
  /// - Complexity: O(rows · log of a user's rows).
  func entriesByUser() -> [[Entry]] {
    var counts = [Int](repeating: 0, count: userNames.count)
    for row in rows { counts[Int(row.user)] += 1 }
    var entries = counts.map { count in
      var list: [Entry] = []
      list.reserveCapacity(count)
      return list
    }
    for row in rows { entries[Int(row.user)].append(row.entry) }
    for user in entries.indices { entries[user] = Self.last(of: entries[user]) }
    return entries
  }

  private static func last(of entries: [Entry]) -> [Entry] {
    let order = entries.indices.sorted { a, b in
      (entries[a].item, a) < (entries[b].item, b)
    }
    var kept: [Entry] = []
    for place in order {
      if kept.last?.item == entries[place].item { kept.removeLast() }
      kept.append(entries[place])
    }
    return kept
  }
}

extension [[InteractionTable.Entry]] {
  /// Leaves out users with fewer than `users` items, and items with fewer than `items` users, again and again until
  /// nothing changes; what remains does not depend on the order.
  mutating func reduceToCore(users fewestItems: Int, items fewestUsers: Int, itemCount: Int) {
    var popularity = [Int](repeating: 0, count: itemCount)
    for entries in self { for entry in entries { popularity[Int(entry.item)] += 1 } }
    var isChanged = true
    while isChanged {
      isChanged = false
      for user in indices where !self[user].isEmpty {
        let before = self[user]
        var after = before.filter { popularity[Int($0.item)] >= fewestUsers }
        if after.count < fewestItems { after = [] }
        guard after.count < before.count else { continue }
        for entry in before { popularity[Int(entry.item)] -= 1 }
        for entry in after { popularity[Int(entry.item)] += 1 }
        self[user] = after
        isChanged = true
      }
    }
  }
}
