package import GraphIR
package import KernelCalls

extension Graph {
  /// The graph as kernel calls, in an order in which each reads earlier results only.
  ///
  /// - Parameter sparse: inputs of which the non-zeros are at hand; dense layers right behind them
  ///   read those alone, whatever else reads them needs them dense as well.
  package func lowered(sparse: [String: RowSparsity] = [:]) -> Program {
    var lowering = Lowering(self, sparse: sparse)
    lowering.run()
    lowering.rematerialize()
    lowering.mergeLoops()
    return lowering.program()
  }
}

extension Lowering {
  fileprivate func program() -> Program {
    var program = Program()
    program.buffers = roots.map { root in
      let kind: BufferKind =
        if case .given(let given) = root.source { given } else if let output = root.output {
          .output(output)
        } else { .temporary }
      return Buffer(kind: kind, shape: root.shape)
    }
    for group in ordered() { program.calls += calls(groups[group]) }
    return program
  }

  /// Groups after those they need; of several that could come, the one that the graph had first.
  private func ordered() -> [Int] {
    let phases = self.phases()
    var order: [Int] = []
    var placed = groups.map(\.roots.isEmpty)
    let count = placed.count { !$0 }
    while order.count < count {
      let next = groups.indices.filter { !placed[$0] && groups[$0].needs.allSatisfy { placed[$0] } }
        .min { a, b in
          let (first, second) = (phases[a], phases[b])
          return (first, groups[a].roots.last!) < (second, groups[b].roots.last!)
        }
      guard let next else { preconditionFailure("groups need each other in a circle") }
      placed[next] = true
      order.append(next)
    }
    return order
  }

  /// For each group, in which phase it can come: twice the meetings before it, and one more for a meeting itself,
  /// which ends its phase.
  private func phases() -> [Int] {
    var phases = [Int?](repeating: nil, count: groups.count)
    func phase(_ group: Int) -> Int {
      if let known = phases[group] { return known }
      let earliest = groups[group].needs.map { (phase($0) + 1) / 2 * 2 }.max() ?? 0
      let isMeeting = groups[group].roots.contains { roots[$0].isMeeting }
      phases[group] = earliest + (isMeeting ? 1 : 0)
      return phases[group]!
    }
    return groups.indices.map(phase)
  }

  private func calls(_ group: Group) -> [Call<ArrayView>] {
    if case .calls(let calls) = roots[group.roots[0]].source { calls } else { [loop(group.roots)] }
  }

  private func loop(_ members: [Int]) -> Call<ArrayView> {
    let inside = Set(members)
    var loads: [ArrayView] = []
    for view in members.flatMap({ views(ofRoot: $0) })
    where !inside.contains(view.owner) && !loads.contains(view) { loads.append(view) }
    let stored = members.filter { isStored($0) }
    let space = LoopSpace(loads + stored.map { storeView(ofRoot: $0) })!
    var functions: [LoopFunction] = []
    var place: [Int: LoopOperand] = [:]
    func operand(_ view: ArrayView) -> LoopOperand {
      place[view.owner] ?? .load(loads.firstIndex(of: view)!)
    }
    for member in members {
      switch roots[member].source {
      case .function(let function, let views):
        func resolved(_ o: LoopOperand) -> LoopOperand {
          if case .load(let index) = o { operand(views[index]) } else { o }
        }
        switch function {
        case .unary(let name, let x): functions.append(.unary(name, resolved(x)))
        case .binary(let name, let x, let y):
          functions.append(.binary(name, resolved(x), resolved(y)))
        }
        place[member] = .result(functions.count - 1)
      case .copy(let view), .sum(_, let view?, _, _): place[member] = operand(view)
      case .sum, .given, .calls: preconditionFailure("not element-wise")
      }
    }
    let stores = stored.enumerated().map { position, member in
      let sums = if case .sum = roots[member].source { true } else { false }
      return (
        store: LoopStore(
          place[member]!, strides: space.strides[loads.count + position], accumulates: sums),
        result: ArrayView(whole: member, roots[member].shape)
      )
    }
    // What is read from memory is stored before anything is stored over it.
    let ordered = stores.filter(\.store.readsLoad) + stores.filter { !$0.store.readsLoad }
    let loop = Loop(
      extents: space.extents, loads: Array(space.strides[..<loads.count]), functions: functions,
      stores: ordered.map(\.store))
    return Call(.loop(loop), loads, results: ordered.map(\.result))
  }
}

extension LoopStore {
  fileprivate var readsLoad: Bool { if case .load = operand { true } else { false } }
}
