import GraphIR

/// Loops that become one.
///
/// Roots join loops in the order of the graph, so two loops may go separate ways that could have gone
/// together: a mask opens a loop before the sum that it multiplies is known. When all roots are
/// placed, loops over the same elements become one where one of them reads large arrays of the other.
extension Lowering {
  /// Joins a loop with one whose large results it reads, as long as no cycle arises.
  mutating func mergeLoops() {
    for late in units.indices where units[late].count != nil && !units[late].roots.isEmpty {
      for early in units[late].needs.sorted(by: >) where continues(late, early) {
        let before = (roots, units)
        absorb(early, into: late)
        if fits(late) {
          for unit in units.indices { units[unit].needs = needs(of: unit) }
        } else {
          (roots, units) = before
        }
      }
    }
  }

  /// Whether `late` reads a large result of `early`, element by element and nothing else of it, and
  /// no unit lies between them.
  private func continues(_ late: Int, _ early: Int) -> Bool {
    guard units[early].count == units[late].count else { return false }
    let shared = outsideViews(of: late).filter { roots[$0.owner].unit == early }
    guard !shared.isEmpty,
      shared.allSatisfy({ view in
        if case .sum = roots[view.owner].source { return false }
        return view.isDense && view.offset == 0 && view.count == roots[view.owner].shape.count
      })
    else { return false }
    return units[late].needs.allSatisfy { $0 == early || !depends($0, on: early) }
  }

  /// Puts the roots of `early` before those of `late`, in the unit of `late`.
  private mutating func absorb(_ early: Int, into late: Int) {
    for root in units[early].roots { roots[root].unit = late }
    units[late].roots.insert(contentsOf: units[early].roots, at: 0)
    units[early].roots = []
  }
}
