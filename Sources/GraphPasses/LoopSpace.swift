/// The index space that several views of one element count share: the coarsest axes in which each
/// of them is strided.
struct LoopSpace {
  /// The most axes that a kernel loops over.
  static let highestRank = 6
  /// Extents of the axes, at least one.
  private(set) var extents: [Int]
  /// For each view its strides along those axes.
  private(set) var strides: [[Int]]

  /// The common space of `views`, or nil where their axes do not divide one another or are too many.
  init?(_ views: [ArrayView]) {
    guard let count = views.first?.count, views.allSatisfy({ $0.count == count }) else {
      return nil
    }
    guard let cuts = LoopSpace.cuts(of: views) else { return nil }
    let refined = zip(cuts, cuts.dropFirst() + [1]).map { $0 / $1 }
    let refinedStrides = views.map { LoopSpace.strides(of: $0, cuts: cuts) }
    (extents, strides) = LoopSpace.merged(refined, refinedStrides)
    if extents.count > LoopSpace.highestRank { return nil }
  }

  /// Products of trailing extents at which any view changes axis, largest first, without the final 1.
  private static func cuts(of views: [ArrayView]) -> [Int]? {
    var cuts: Set<Int> = []
    for view in views {
      var product = 1
      for extent in view.extents.reversed() {
        product *= extent
        cuts.insert(product)
      }
    }
    cuts.remove(1)
    let sorted = cuts.sorted(by: >)
    for (larger, smaller) in zip(sorted, sorted.dropFirst()) where larger % smaller != 0 {
      return nil
    }
    return sorted.isEmpty ? [1] : sorted
  }

  private static func strides(of view: ArrayView, cuts: [Int]) -> [Int] {
    var result: [Int] = []
    for inner in cuts.dropFirst() + [1] {
      // One step along this axis is `inner` elements; find the view's axis that it falls into.
      var below = 1
      var stride = 0
      for (extent, axisStride) in zip(view.extents, view.strides).reversed() {
        if inner >= below && inner < below * extent {
          stride = axisStride * (inner / below)
          break
        }
        below *= extent
      }
      result.append(stride)
    }
    return result
  }

  /// Joins neighbouring axes that every view walks as one.
  private static func merged(_ extents: [Int], _ strides: [[Int]]) -> ([Int], [[Int]]) {
    var newExtents = [extents[extents.count - 1]]
    var newStrides = strides.map { [$0[extents.count - 1]] }
    for axis in stride(from: extents.count - 2, through: 0, by: -1) {
      let joins = strides.indices.allSatisfy {
        strides[$0][axis] == newStrides[$0][0] * newExtents[0]
      }
      if joins {
        newExtents[0] *= extents[axis]
      } else {
        newExtents.insert(extents[axis], at: 0)
        for index in strides.indices { newStrides[index].insert(strides[index][axis], at: 0) }
      }
    }
    return (newExtents, newStrides)
  }
}
