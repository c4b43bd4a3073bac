/// Which columns of a list of interactions say what.
struct InteractionColumns {
  /// What a column says.
  enum Role: String, CaseIterable, Sendable {
    case user, item, rating, time

    /// What headers call it, in letters alone.
    var names: [String] {
      switch self {
      case .user: ["user", "userid", "uid", "reviewerid", "customerid", "person", "personid"]
      case .item:
        [
          "item", "itemid", "iid", "movie", "movieid", "song", "songid", "sid", "track", "trackid",
          "artist", "artistid", "book", "bookid", "isbn", "product", "productid", "asin",
          "parentasin",
        ]
      case .rating:
        [
          "rating", "ratings", "score", "stars", "overall", "weight", "count", "plays",
          "playcount", "bookrating",
        ]
      case .time: ["time", "timestamp", "unixreviewtime", "unixtime"]
      }
    }
  }

  /// Places of columns, from 0.
  private(set) var places: [Role: Int] = [:]
  /// Whether the first line names them.
  let hasHeader: Bool
  /// As the first line has them, or numbers from 1.
  let names: [String]

  /// Decides by the first line; a list without a header is user, item, rating, time.
  ///
  /// - Parameter wanted: What the columns are, in order, where the user says it.
  /// - Throws: `Missing` where nothing tells who or what.
  init(_ first: [String], wanted: [String]?) throws(Missing) {
    hasHeader = !first.contains { Double($0) != nil }
    names = hasHeader ? first : first.indices.map { "\($0 + 1)" }
    let header = first.map { $0.lowercased().filter(\.isLetter) }
    let roles = wanted ?? (hasHeader ? nil : Role.allCases.map(\.rawValue))
    for role in Role.allCases {
      places[role] =
        if let roles { roles.firstIndex(of: role.rawValue) } else {
          role.names.lazy.compactMap(header.firstIndex).first
        }
      if let place = places[role], place >= first.count { places[role] = nil }
    }
    for role in [Role.user, .item] where places[role] == nil { throw Missing(role: role) }
  }

  struct Missing: Error {
    var role: Role
  }

  /// Names for a message.
  static func list(_ names: [String]) -> String {
    "columns " + names.prefix(12).map { String($0.prefix(40)) }.joined(separator: ", ")
  }

  subscript(role: Role) -> Int? { places[role] }
}
