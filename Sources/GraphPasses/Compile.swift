package import GraphIR

extension Graph {
  /// The graph as kernel calls, in an order in which each reads earlier results only.
  ///
  /// - Parameter sparse: inputs of which the non-zeros are at hand; dense layers right behind them
  ///   read those alone, whatever else reads them needs them dense as well.
  package func lowered(sparse: Set<String> = []) -> Program {
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
    for unit in ordered() { program.instructions += instructions(units[unit]) }
    return program
  }

  /// Units after those they need; of several that could come, the one that the graph had first.
  private func ordered() -> [Int] {
    let phases = self.phases()
    var order: [Int] = []
    var placed = units.map(\.roots.isEmpty)
    let count = placed.count { !$0 }
    while order.count < count {
      let next = units.indices.filter { !placed[$0] && units[$0].needs.allSatisfy { placed[$0] } }
        .min { a, b in
          let (first, second) = (phases[a], phases[b])
          return (first, units[a].roots.last!) < (second, units[b].roots.last!)
        }
      guard let next else { preconditionFailure("units need each other in a circle") }
      placed[next] = true
      order.append(next)
    }
    return order
  }

  /// For each unit, in which phase it can come: twice the meetings before it, and one more for a meeting itself,
  /// which ends its phase.
  private func phases() -> [Int] {
    var phases = [Int?](repeating: nil, count: units.count)
    func phase(_ unit: Int) -> Int {
      if let known = phases[unit] { return known }
      let earliest = units[unit].needs.map { (phase($0) + 1) / 2 * 2 }.max() ?? 0
      let isMeeting = units[unit].roots.contains { roots[$0].isMeeting }
      phases[unit] = earliest + (isMeeting ? 1 : 0)
      return phases[unit]!
    }
    return units.indices.map(phase)
  }

  private func instructions(_ unit: Unit) -> [Instruction] {
    if unit.count != nil { return [.loop(loop(unit.roots))] }
    let result = unit.roots[0]
    guard case .kernel(let kernel) = roots[result].source else { return [] }
    switch kernel {
    case .product(let product, let a, let b, let epilogue):
      return [.product(product, a: a, b: b, epilogue, result: result)]
    case .columns(let shape, let y, let w):
      return [.columns(shape, y: y, w: w, result: result)]
    case .patches(let shape, let x): return [.patches(shape, x: x, result: result)]
    case .overlap(let shape, let patches):
      return [.overlap(shape, patches: patches, result: result)]
    case .sparse(let product, let dense, let epilogue):
      return [.sparse(product, dense, epilogue, result: result)]
    case .noise(let distribution, let stream):
      return [.noise(distribution, stream: stream, result: result)]
    case .fill(let value): return [.fill(value, result: result)]
    case .collective(let collective, let view):
      return [.collective(collective, view, result: result)]
    case .logSumExp(let view, let axis):
      let extents = view.extents
      return [
        .logSumExp(
          view, outer: extents[..<axis].reduce(1, *), count: extents[axis],
          inner: extents[(axis + 1)...].reduce(1, *), result: result)
      ]
    case .assembly(let parts, let axis, let starts):
      let strides = roots[result].shape.rowMajorStrides
      let covered = parts.reduce(0) { $0 + $1.extents[axis] } == roots[result].shape[axis]
      let copies = zip(parts, starts).map { part, start -> Instruction in
        var target = ArrayView(whole: result, roots[result].shape)
        target.extents = part.extents
        let space = LoopSpace([part, target])!
        var load = part
        (load.extents, load.strides) = (space.extents, space.strides[0])
        let store = LoopStore(
          operand: .load(0), buffer: result, strides: space.strides[1], accumulates: false,
          offset: start * strides[axis])
        return .loop(Loop(extents: space.extents, loads: [load], functions: [], stores: [store]))
      }
      return (covered ? [] : [.fill(0, result: result)]) + copies
    }
  }

  private func loop(_ members: [Int]) -> Loop {
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
      case .sum, .given, .kernel: preconditionFailure("not element-wise")
      }
    }
    let stores = stored.enumerated().map { position, member in
      let sums = if case .sum = roots[member].source { true } else { false }
      return LoopStore(
        operand: place[member]!, buffer: member,
        strides: space.strides[loads.count + position], accumulates: sums)
    }
    // What is read from memory is stored before anything is stored over it.
    let ordered = stores.filter(\.readsLoad) + stores.filter { !$0.readsLoad }
    let strided = loads.enumerated().map { position, view in
      var view = view
      (view.extents, view.strides) = (space.extents, space.strides[position])
      return view
    }
    return Loop(extents: space.extents, loads: strided, functions: functions, stores: ordered)
  }
}

extension LoopStore {
  fileprivate var readsLoad: Bool { if case .load = operand { true } else { false } }
}
