import GraphIR
import KernelCalls

/// Which element-wise roots share a loop.
extension Lowering {
  /// A loop's limits, so that its registers fit the first-level cache and the kernel's tables.
  private static let mostLoads = 40, mostRoots = 96, mostStores = 24

  /// What a root reads.
  func views(ofRoot index: Int) -> [ArrayView] {
    switch roots[index].source {
    case .function(_, let operands): operands
    case .copy(let view): [view]
    case .sum(_, let view, _, _): view.map { [$0] } ?? []
    case .calls(let calls): calls.flatMap(\.reads)
    case .given: []
    }
  }

  /// The shape whose elements an element-wise root visits.
  private func visited(_ root: Root) -> Shape {
    if case .sum(_, _, _, let shape) = root.source { shape } else { root.shape }
  }

  /// Adds a root to the loop that suits it best, or to a loop of its own.
  mutating func join(_ root: Root, reading views: [ArrayView]) -> Int {
    let count = visited(root).count
    roots.append(root)
    let index = roots.count - 1
    let owners = Set(views.map(\.owner))
    for group in groups.indices.reversed() where groups[group].count == count {
      if relates(group, to: owners, views), accepts(group, index, views) {
        add(index, to: group, views)
        return index
      }
    }
    groups.append(Group(roots: [], count: count))
    add(index, to: groups.count - 1, views)
    return index
  }

  private mutating func add(_ index: Int, to group: Int, _ views: [ArrayView]) {
    roots[index].group = group
    groups[group].roots.append(index)
    for view in views {
      if let need = roots[view.owner].group, need != group { groups[group].needs.insert(need) }
    }
  }

  /// Whether the root continues the loop, or reads an array that the loop reads too.
  private func relates(_ group: Int, to owners: Set<Int>, _ views: [ArrayView]) -> Bool {
    let members = groups[group].roots
    if owners.contains(where: { roots[$0].group == group }) { return true }
    let large = Set(views.filter { $0.isDense && $0.count > 1 }.map(\.owner))
    return members.contains { member in
      self.views(ofRoot: member).contains { $0.isDense && large.contains($0.owner) }
    }
  }

  private func accepts(_ group: Int, _ index: Int, _ views: [ArrayView]) -> Bool {
    for view in views {
      guard let owner = roots[view.owner].group else { continue }
      if owner == group {
        // Registers hold one element each: only the same element of an unsummed root is there.
        if case .sum = roots[view.owner].source { return false }
        let isSame =
          view.isDense && view.offset == 0 && view.count == roots[view.owner].shape.count
        if !isSame { return false }
      } else if depends(owner, on: group) {
        return false
      }
    }
    let members = groups[group].roots + [index]
    let outside = members.flatMap { self.views(ofRoot: $0) }.filter {
      roots[$0.owner].group != group
    }
    return fits(members, reading: outside, storing: { self.stores(of: group) + 1 })
  }

  private func stores(of group: Int) -> Int { groups[group].roots.count { isStored($0) } }

  /// Whether a group keeps within the limits of a loop.
  func fits(_ group: Int) -> Bool {
    fits(
      groups[group].roots, reading: outsideViews(of: group), storing: { self.stores(of: group) })
  }

  private func fits(_ members: [Int], reading outside: [ArrayView], storing stores: () -> Int)
    -> Bool
  {
    if members.count > Lowering.mostRoots || Set(outside).count > Lowering.mostLoads {
      return false
    }
    if members.count > Lowering.mostStores, stores() > Lowering.mostStores { return false }
    return LoopSpace(outside + members.map { storeView(ofRoot: $0) }) != nil
  }

  /// Whether group `a` needs the results of `b`, directly or through others.
  func depends(_ a: Int, on b: Int) -> Bool {
    var seen: Set<Int> = []
    var open = [a]
    while let group = open.popLast() {
      if group == b { return true }
      if seen.insert(group).inserted { open += groups[group].needs }
    }
    return false
  }

  /// Whether anything outside the root's own loop reads it.
  func isStored(_ index: Int) -> Bool {
    if roots[index].output != nil { return true }
    if case .sum = roots[index].source { return true }
    return roots.indices.contains { other in
      guard let group = roots[other].group, group != roots[index].group else { return false }
      return views(ofRoot: other).contains { $0.owner == index }
    }
  }

  /// How the loop sees a root that it writes: repeated (stride 0) along the axes it sums over.
  func storeView(ofRoot index: Int) -> ArrayView {
    let root = roots[index]
    guard case .sum(_, _, let axes, let shape) = root.source else {
      return ArrayView(whole: index, root.shape)
    }
    var view = ArrayView(whole: index, shape)
    view.strides = [Int](repeating: 0, count: shape.rank)
    let kept = shape.extents.indices.filter { !axes.contains($0) }
    for (own, axis) in kept.enumerated() { view.strides[axis] = root.shape.rowMajorStrides[own] }
    return view
  }
}
