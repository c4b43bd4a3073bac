import GraphIR

/// Loops that become one.
///
/// Roots join loops in the order of the graph, so two loops may go separate ways that could have gone
/// together: a mask opens a loop before the sum that it multiplies is known. When all roots are
/// placed, loops over the same elements become one where one of them reads large arrays of the other.
extension Lowering {
  /// Joins a loop with one whose large results it reads, as long as no cycle arises.
  mutating func mergeLoops() {
    for late in groups.indices where groups[late].count != nil && !groups[late].roots.isEmpty {
      for early in groups[late].needs.sorted(by: >) where continues(late, early) {
        let before = (roots, groups)
        absorb(early, into: late)
        if fits(late) {
          for group in groups.indices { groups[group].needs = needs(of: group) }
        } else {
          (roots, groups) = before
        }
      }
    }
  }

  /// Whether `late` reads a large result of `early`, element by element and nothing else of it, and
  /// no group lies between them.
  private func continues(_ late: Int, _ early: Int) -> Bool {
    guard groups[early].count == groups[late].count else { return false }
    let shared = outsideViews(of: late).filter { roots[$0.owner].group == early }
    guard !shared.isEmpty,
      shared.allSatisfy({ view in
        if case .sum = roots[view.owner].source { return false }
        return view.isDense && view.offset == 0 && view.count == roots[view.owner].shape.count
      })
    else { return false }
    return groups[late].needs.allSatisfy { $0 == early || !depends($0, on: early) }
  }

  /// Puts the roots of `early` before those of `late`, in the group of `late`.
  private mutating func absorb(_ early: Int, into late: Int) {
    for root in groups[early].roots { roots[root].group = late }
    groups[late].roots.insert(contentsOf: groups[early].roots, at: 0)
    groups[early].roots = []
  }
}
