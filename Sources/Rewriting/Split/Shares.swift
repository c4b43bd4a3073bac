/// Shares of a whole, in millionths that add up to one million.
package struct Shares {
  private static let whole = 1_000_000
  private let parts: [Int]

  /// - Precondition: About 1 in all.
  package init(_ shares: [Double]) {
    var parts = shares.map { Int(($0 * Double(Self.whole)).rounded()) }
    let largest = parts.indices.max { parts[$0] < parts[$1] } ?? 0
    parts[largest] += Self.whole - parts.reduce(0, +)
    self.parts = parts
  }

  /// How many of each class each part gets: its share rounded down or up, both for each class and for all together.
  ///
  /// A table of integers with such sums exists always. Where a share is no integer, neither is another of its class, nor
  /// another of its part; so there is a cycle of such entries, along which as much is taken as is given until one is
  /// an integer. A class without a name evens out the sums of parts.
  ///
  /// - Source: Cox, "A constructive procedure for unbiased controlled rounding", J. Am. Stat. Assoc. 82 (1987), 520–524.
  /// - Complexity: O(classes · parts²).
  package func counts(of classes: [Int]) -> [[Int]] {
    let (columns, whole) = (parts.count, Self.whole)
    let exact = classes.map { count in parts.map { $0 * count } }
    let sums = (0..<columns).map { part in exact.reduce(0) { ($0 + $1[part]) % whole } }
    var rest = exact.map { $0.map { $0 % whole } } + [sums.map { (whole - $0) % whole }]
    var counts = exact.map { $0.map { $0 / whole } } + [sums.map { _ in 0 }]
    var open = (0..<columns).map { part in rest.indices.filter { rest[$0][part] > 0 } }

    /// A class other than `row` whose share of a part is no integer yet.
    func another(than row: Int, in part: Int) -> Int {
      while let last = open[part].popLast() {
        guard rest[last][part] > 0 else { continue }
        guard last == row else {
          open[part].append(last)
          return last
        }
        let found = another(than: row, in: part)
        open[part].append(row)
        return found
      }
      preconditionFailure("shares of part \(part) do not add up")
    }

    for row in rest.indices {
      while let first = rest[row].firstIndex(where: { $0 > 0 }) {
        var (rows, path) = ([row], [first])
        var start: Int?
        while start == nil {
          let next = another(than: rows[rows.count - 1], in: path[path.count - 1])
          rows.append(next)
          // Back to a part that was passed, the latest one, or on to another.
          start = path.indices.dropLast().last { rest[next][path[$0]] > 0 }
          if start == nil {
            let last = path[path.count - 1]
            guard let other = rest[next].indices.first(where: { $0 != last && rest[next][$0] > 0 })
            else { preconditionFailure("shares of class \(next) do not add up") }
            path.append(other)
          }
        }
        let cycle = Array((start ?? 0)..<path.count)
        let gains = cycle.map { (rows[$0 + 1], path[$0]) }
        let losses = cycle.map { step in
          (rows[step + 1], path[step + 1 < path.count ? step + 1 : cycle[0]])
        }
        let amount = min(
          gains.map { whole - rest[$0.0][$0.1] }.min() ?? 0,
          losses.map { rest[$0.0][$0.1] }.min() ?? 0)
        for (row, part) in gains {
          rest[row][part] += amount
          if rest[row][part] == whole {
            (rest[row][part], counts[row][part]) = (0, counts[row][part] + 1)
          }
        }
        for (row, part) in losses { rest[row][part] -= amount }
      }
    }
    return Array(counts.dropLast())
  }

  /// How many each part gets of all.
  package func counts(of total: Int) -> [Int] { counts(of: [total])[0] }
}
