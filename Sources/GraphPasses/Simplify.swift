public import GraphIR

extension Graph {
  /// An equal graph with fewer nodes: what no output needs is left out, arithmetic with constants
  /// that changes nothing disappears, and chains of rearrangements become one.
  ///
  /// Every rule is exact in floating point for finite operands but two: the sum of a sum becomes
  /// one sum, which may add in another order, and x + 0 becomes x, which may be −0.
  ///
  /// - Precondition: the graph will not be differentiated again, because `stopGradient` is left out.
  public func simplified() -> Graph {
    var builder = GraphBuilder()
    for parameter in parameters { builder.declare(parameter) }
    var needed = [Bool](repeating: false, count: nodes.count)
    for output in outputs { needed[output.value.index] = true }
    for index in nodes.indices.reversed() where needed[index] {
      for operand in nodes[index].operands { needed[operand.index] = true }
    }
    var renamed = [Value](repeating: Value(-1), count: nodes.count)
    for (index, node) in nodes.enumerated() where needed[index] {
      renamed[index] = builder.emitSimplified(node.op, node.operands.map { renamed[$0.index] })
    }
    for output in outputs { builder.output(output.role, renamed[output.value.index]) }
    let result = builder.graph
    return result == self ? result : result.simplified()
  }
}

extension GraphBuilder {
  fileprivate mutating func emitSimplified(_ op: Op, _ x: [Value]) -> Value {
    if let simpler = simpler(op, x) { return simpler }
    do { return try emit(op, x) } catch { preconditionFailure(error.description) }
  }

  private mutating func simpler(_ op: Op, _ x: [Value]) -> Value? {
    switch op {
    case .stopGradient: x[0]
    case .unary(let function): simplerUnary(function, x[0])
    case .binary(let function): simplerBinary(function, x[0], x[1])
    case .reshape(let shape): simplerReshape(x[0], shape)
    case .transpose(let order): simplerTranspose(x[0], order)
    case .broadcast(let shape, let axes): simplerBroadcast(x[0], shape, axes)
    case .sum(let axes): simplerSum(x[0], axes)
    default: nil
    }
  }

  private func constantValue(_ x: Value) -> Double? {
    switch graph[x].op {
    case .constant(let value, _): value
    default: nil
    }
  }

  private mutating func simplerUnary(_ function: UnaryFunction, _ x: Value) -> Value? {
    if let value = constantValue(x) { return constant(function.value(value), shape(x)) }
    if case (.negate, .unary(.negate)) = (function, graph[x].op) { return graph[x].operands[0] }
    return nil
  }

  private mutating func simplerBinary(_ function: BinaryFunction, _ a: Value, _ b: Value) -> Value?
  {
    let (left, right) = (constantValue(a), constantValue(b))
    if let left, let right {
      return apply(.constant(function.value(left, right), shape(a)))
    }
    if let scaled = scaledBeforeRepetition(function, a, b) { return scaled }
    switch function {
    case .add: return left == 0 ? b : right == 0 ? a : nil
    case .subtract: return right == 0 ? a : left == 0 ? negate(b) : nil
    case .multiply:
      if left == 1 { return b }
      if right == 1 { return a }
      if left == -1 { return negate(b) }
      if right == -1 { return negate(a) }
      return nil
    case .divide: return right == 1 ? a : nil
    case .maximum, .minimum: return nil
    }
  }

  /// A number times a vector that is repeated often is multiplied in before.
  private mutating func scaledBeforeRepetition(_ function: BinaryFunction, _ a: Value, _ b: Value)
    -> Value?
  {
    guard function == .multiply, case .broadcast(let target, let axes) = graph[a].op,
      let number = constantValue(b)
    else { return nil }
    let source = graph[a].operands[0]
    guard shape(source).rank > 0, shape(source).count * 16 <= target.count else { return nil }
    let scaled = apply(.binary(.multiply), source, constant(number, shape(source)))
    return apply(.broadcast(target, axes: axes), scaled)
  }

  private mutating func simplerReshape(_ x: Value, _ target: Shape) -> Value? {
    if shape(x) == target { return x }
    if let value = constantValue(x) { return constant(value, target) }
    if case .reshape = graph[x].op { return apply(.reshape(target), graph[x].operands[0]) }
    return nil
  }

  private mutating func simplerTranspose(_ x: Value, _ order: [Int]) -> Value? {
    if order == Array(order.indices) { return x }
    if let value = constantValue(x) { return constant(value, Shape(order.map { shape(x)[$0] })) }
    if case .transpose(let inner) = graph[x].op {
      let joined = order.map { inner[$0] }
      let source = graph[x].operands[0]
      return joined == Array(joined.indices) ? source : apply(.transpose(joined), source)
    }
    return nil
  }

  private mutating func simplerBroadcast(_ x: Value, _ target: Shape, _ axes: [Int]) -> Value? {
    if shape(x) == target { return x }
    if let value = constantValue(x) { return constant(value, target) }
    if case .broadcast(_, let inner) = graph[x].op {
      return apply(.broadcast(target, axes: inner.map { axes[$0] }), graph[x].operands[0])
    }
    return nil
  }

  /// A sum of a sum is one sum.
  private mutating func simplerSum(_ x: Value, _ axes: [Int]) -> Value? {
    if axes.isEmpty { return x }
    guard case .sum(let inner) = graph[x].op else { return nil }
    let source = graph[x].operands[0]
    let outer = shape(source).extents.indices.filter { !inner.contains($0) }
    return apply(.sum(axes: (inner + axes.map { outer[$0] }).sorted()), source)
  }
}
