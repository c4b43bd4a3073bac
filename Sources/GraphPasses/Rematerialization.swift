import GraphIR
import KernelCalls

/// Computing again what is cheap, instead of keeping it in memory.
///
/// A root that several loops read is an array in memory. Where it is a few cheap functions of arrays
/// that those loops read anyway, or that take its place, each loop computes it for itself: memory that
/// is not written, and in the backward pass not kept since the forward pass, costs more.
extension Lowering {
  /// Loops over fewer elements stay as they are: their arrays are in the nearest cache.
  private static let fewestElements = 4096
  /// The most functions that one loop repeats for one array.
  private static let mostFunctions = 10

  /// Lets loops compute cheap roots of other loops again, and drops what nobody reads any more.
  mutating func rematerialize() {
    var origins = Array(roots.indices)
    for root in roots.indices where isCheap(root) && roots[root].shape.count >= Self.fewestElements
    {
      let readers = loops(reading: root)
      guard !readers.isEmpty else { continue }
      let before = (roots, groups, origins)
      let isKept = roots[root].output != nil || isReadByKernel(root)
      var succeeded = true
      for group in readers where succeeded {
        succeeded = recompute(root, in: group, newArrays: isKept ? 0 : 1, &origins)
      }
      if !succeeded { (roots, groups, origins) = before }
    }
    dropUnread()
    for group in groups.indices { groups[group].needs = needs(of: group) }
  }

  private func isCheap(_ index: Int) -> Bool {
    guard roots[index].group != nil, case .function(let function, _) = roots[index].source else {
      return false
    }
    switch function {
    case .unary(let name, _):
      switch name {
      case .negate, .square, .relu, .leakyReLU, .heaviside, .floor: return true
      case .exp, .log, .log1p, .softplus, .tanh, .sigmoid, .squareRoot, .reciprocal, .erf:
        return false
      }
    case .binary(let name, _, _): return name != .divide
    }
  }

  /// What a group's roots read from outside.
  func outsideViews(of group: Int) -> [ArrayView] {
    groups[group].roots.flatMap { views(ofRoot: $0) }.filter { roots[$0.owner].group != group }
  }

  private func loops(reading root: Int) -> [Int] {
    groups.indices.filter { group in
      groups[group].count != nil && group != roots[root].group
        && outsideViews(of: group).contains { $0.owner == root }
    }
  }

  private func isReadByKernel(_ root: Int) -> Bool {
    groups.contains { group in
      group.count == nil
        && group.roots.contains { views(ofRoot: $0).contains { $0.owner == root } }
    }
  }

  /// Replaces a group's readings of `root` by functions of its own.
  ///
  /// - Parameter newArrays: large arrays that the group may begin to read instead.
  /// - Returns: false where that cannot be; then groups and roots may be half changed.
  private mutating func recompute(
    _ root: Int, in group: Int, newArrays: Int, _ origins: inout [Int]
  ) -> Bool {
    var known: [ArrayView: ArrayView] = [:]
    for member in groups[group].roots where origins[member] != member {
      let whole = ArrayView(whole: origins[member], roots[origins[member]].shape)
      if roots[member].shape == roots[origins[member]].shape {
        known[whole] = ArrayView(whole: member, roots[member].shape)
      }
    }
    let wanted = outsideViews(of: group).filter { $0.owner == root }
    var available = Set(outsideViews(of: group).filter { $0.owner != root }.map(ArrayPart.init))
    var copies: [(root: Root, origin: Int)] = []
    var fresh = 0
    var replacements: [ArrayView: ArrayView] = [:]
    for view in wanted where replacements[view] == nil {
      guard
        let copy = copied(view, in: group, &known, &available, &copies, &fresh, origins, depth: 0)
      else { return false }
      replacements[view] = copy
    }
    guard fresh <= newArrays, copies.count <= Self.mostFunctions else { return false }
    for member in groups[group].roots { roots[member].replaceViews(replacements) }
    for copy in copies {
      roots.append(copy.root)
      roots[roots.count - 1].group = group
      origins.append(copy.origin)
    }
    sortRoots(of: group)
    return fits(group)
  }

  /// Puts each root of a group after those that it reads, copies included.
  private mutating func sortRoots(of group: Int) {
    var ordered: [Int] = []
    var isPlaced: Set<Int> = []
    func place(_ root: Int) {
      guard roots[root].group == group, isPlaced.insert(root).inserted else { return }
      for view in views(ofRoot: root) { place(view.owner) }
      ordered.append(root)
    }
    for root in groups[group].roots { place(root) }
    groups[group].roots = ordered
  }

  /// The view of a copy, made inside the group, of what `view` shows; nil where it cannot be one.
  ///
  /// Copies are numbered from `roots.count` on, operands first. What they read is, in this order:
  /// a copy that is there, an array that the group reads anyway, functions of such, another array.
  private func copied(
    _ view: ArrayView, in group: Int, _ known: inout [ArrayView: ArrayView],
    _ available: inout Set<ArrayPart>, _ copies: inout [(root: Root, origin: Int)],
    _ fresh: inout Int, _ origins: [Int], depth: Int
  ) -> ArrayView? {
    let root = roots[view.owner]
    guard depth < Self.mostFunctions, isCheap(view.owner), root.group != group,
      case .function(let function, let operands) = root.source,
      let part = root.part(shownBy: view)
    else { return nil }
    var key = ArrayView(whole: origins[view.owner], part.shape)
    key.offset = part.isWhole ? 0 : view.offset
    func shown(_ copy: ArrayView) -> ArrayView {
      guard part.isWhole else { return copy }
      var shown = view
      shown.owner = copy.owner
      return shown
    }
    if let copy = known[key] { return shown(copy) }
    var read: [ArrayView] = []
    for operand in operands {
      let operand = operand.restricted(to: part)
      let isSmall = roots[operand.owner].shape.count * 8 <= operand.count
      if isSmall || available.contains(ArrayPart(operand)) {
        read.append(operand)
        continue
      }
      // Tried on copies of the books: functions of what is read anyway, else the array itself.
      var (triedKnown, triedAvailable) = (known, available)
      var (triedCopies, triedFresh) = (copies, fresh)
      let copy = copied(
        operand, in: group, &triedKnown, &triedAvailable, &triedCopies, &triedFresh, origins,
        depth: depth + 1)
      let isLocal = roots[operand.owner].group != nil && !isStored(operand.owner)
      if let copy, triedFresh == fresh || isLocal {
        (known, available, copies, fresh) = (triedKnown, triedAvailable, triedCopies, triedFresh)
        read.append(copy)
      } else if isLocal {
        return nil
      } else {
        available.insert(ArrayPart(operand))
        fresh += 1
        read.append(operand)
      }
    }
    let copy = ArrayView(whole: roots.count + copies.count, part.shape)
    copies.append(
      (
        Root(source: .function(function, operands: read), shape: part.shape),
        part.isWhole ? origins[view.owner] : roots.count + copies.count
      ))
    known[key] = copy
    return shown(copy)
  }

  /// Takes roots that nobody reads out of their loops.
  private mutating func dropUnread() {
    var isRead = [Bool](repeating: false, count: roots.count)
    func mark(_ index: Int) {
      for view in views(ofRoot: index) where !isRead[view.owner] {
        isRead[view.owner] = true
        mark(view.owner)
      }
    }
    for index in roots.indices where roots[index].output != nil {
      isRead[index] = true
      mark(index)
    }
    for index in roots.indices where !isRead[index] { roots[index].group = nil }
    for group in groups.indices { groups[group].roots.removeAll { !isRead[$0] } }
  }

  /// Groups whose results a group reads.
  func needs(of group: Int) -> Set<Int> {
    var needs = Set(outsideViews(of: group).compactMap { roots[$0.owner].group })
    needs.remove(group)
    return needs
  }
}

/// Which elements of an array a view shows, whatever their axes are called.
private struct ArrayPart: Hashable {
  var owner: Int, offset: Int, count: Int

  init(_ view: ArrayView) { (owner, offset, count) = (view.owner, view.offset, view.count) }
}

extension Lowering.Root {
  /// Lets a root read other views.
  fileprivate mutating func replaceViews(_ replacements: [ArrayView: ArrayView]) {
    switch source {
    case .function(let function, let operands):
      source = .function(function, operands: operands.map { replacements[$0] ?? $0 })
    case .copy(let view): source = .copy(replacements[view] ?? view)
    case .sum(let operand, let view, let axes, let shape):
      source = .sum(operand, view.map { replacements[$0] ?? $0 }, axes: axes, of: shape)
    case .given, .calls: break
    }
  }
}
