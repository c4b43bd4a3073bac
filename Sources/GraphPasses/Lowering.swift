import GraphIR
import KernelCalls

/// Turns a graph into kernel calls: decides what becomes an array in memory (a root), which roots one
/// kernel computes together (a fusion group), and in which order.
///
/// Repetitions, slices, transposes and most reshapes never touch memory: they are strides of whoever
/// reads them. Element-wise functions and sums over one index space join into one loop as long as no
/// cycle arises; a bias and a ReLU join the product before them.
struct Lowering {
  /// An array that some group computes, or that is there from the start.
  struct Root {
    enum Source: Hashable {
      case given(BufferKind)
      case function(LoopFunction, operands: [ArrayView])
      case copy(ArrayView)
      case sum(LoopOperand, ArrayView?, axes: [Int], of: Shape)
      /// Kernels of its own, one after another.
      case calls([Call<ArrayView>])
    }
    var source: Source
    var shape: Shape
    /// The group that computes it; nil for what is given.
    var group: Int?
    /// The output it becomes, if it leaves the graph.
    var output: Int?

    /// Whether shards meet for it.
    var isMeeting: Bool {
      if case .calls(let calls) = source { calls.contains(where: \.isMeeting) } else { false }
    }
  }

  /// A fusion group: roots that one loop computes, or one root of kernels of its own.
  struct Group {
    var roots: [Int]
    /// Number of elements of a loop's index space; nil for kernels of their own.
    var count: Int?
    /// Groups whose results it reads.
    var needs: Set<Int> = []
  }

  let graph: Graph
  /// Inputs of which the non-zeros are at hand.
  let sparse: [String: RowSparsity]
  var roots: [Root] = []
  var groups: [Group] = []
  /// Where each value of the graph is found.
  var found: [LoopValue?]
  /// How many nodes and outputs read each value.
  let uses: [Int]
  /// Nodes that an epilogue of an earlier product computes: node → root.
  var absorbed: [Int: Int] = [:]
  /// Collective operations so far.
  private var collectiveCount = 0
  /// What im2col has been called for, and where that is.
  var im2cols: [Convolution: [ArrayView: ArrayView]] = [:]

  /// A value as its readers see it.
  enum LoopValue {
    case view(ArrayView)
    case number(Double)
  }

  init(_ graph: Graph, sparse: [String: RowSparsity]) {
    self.graph = graph
    self.sparse = sparse
    found = [LoopValue?](repeating: nil, count: graph.nodes.count)
    var uses = [Int](repeating: 0, count: graph.nodes.count)
    for node in graph.nodes { for operand in node.operands { uses[operand.index] += 1 } }
    for output in graph.outputs { uses[output.value.index] += 1 }
    self.uses = uses
  }

  /// Lowers every node and output.
  mutating func run() {
    // Parameters first, so that a product finds a bias that the graph declares after it.
    for (index, node) in graph.nodes.enumerated() {
      if case .parameter = node.op { lower(index) }
    }
    for index in graph.nodes.indices where found[index] == nil { lower(index) }
    for (position, output) in graph.outputs.enumerated() { emit(output: position, output.value) }
  }

  private mutating func lower(_ index: Int) {
    if let root = absorbed[index] {
      found[index] = .view(ArrayView(whole: root, graph.nodes[index].shape))
      return
    }
    let node = graph.nodes[index]
    switch node.op {
    case .input(let name, _): found[index] = give(.input(name), node.shape)
    case .parameter(let parameter, _): found[index] = give(.parameter(parameter), node.shape)
    case .constant(let value, _): found[index] = .number(value)
    case .random(let distribution, let stream, let rows, let shape):
      let kernel = Kernel.noise(
        distribution, stream: stream, rows: rows, count: shape[0], perRow: shape.count / shape[0])
      found[index] = .view(call(kernel, shape: shape))
    case .unary(let function):
      found[index] = elementwise(node.shape, [node.operands[0]]) { .unary(function, $0[0]) }
    case .binary(let function):
      found[index] = elementwise(node.shape, node.operands) { .binary(function, $0[0], $0[1]) }
    case .sum(let axes): found[index] = sum(node, axes)
    case .logSumExp(let axis):
      let extents = graph[node.operands[0]].shape.extents
      let kernel = Kernel.logSumExp(
        outer: extents[..<axis].reduce(1, *), count: extents[axis],
        inner: extents[(axis + 1)...].reduce(1, *))
      found[index] = .view(call(kernel, [dense(node.operands[0])], shape: node.shape))
    case .broadcast(let shape, let axes):
      found[index] = mapView(node.operands[0]) { $0.broadcast(to: shape, axes: axes) }
    case .transpose(let order):
      found[index] = mapView(node.operands[0]) { $0.transposed(order) }
    case .slice(let axis, let start, let count):
      found[index] = mapView(node.operands[0]) { $0.sliced(axis: axis, start: start, count: count) }
    case .stopGradient: found[index] = found[node.operands[0].index]
    case .reshape(let shape): found[index] = reshape(node.operands[0], shape)
    case .pad(let axis, let before, _):
      found[index] = .view(assembly([anyView(node.operands[0])], axis, [before], node.shape))
    case .concatenate(let axis): found[index] = .view(concatenate(node, axis))
    case .gatherRows, .scatterRows: found[index] = .view(indexed(node))
    case .matmul, .convolution, .convolutionInputGradient, .convolutionWeightGradient:
      found[index] = .view(product(index))
    case .allReduce: found[index] = .view(collective(.allReduce, node))
    case .allGather: found[index] = .view(collective(.allGather, node))
    case .reduceScatter: found[index] = .view(collective(.reduceScatter, node))
    }
  }

  private mutating func give(_ kind: BufferKind, _ shape: Shape) -> LoopValue {
    roots.append(Root(source: .given(kind), shape: shape, group: nil))
    return .view(ArrayView(whole: roots.count - 1, shape))
  }

  private func mapView(_ value: Value, _ transform: (ArrayView) -> ArrayView) -> LoopValue {
    switch found[value.index]! {
    case .number(let number): .number(number)
    case .view(let view): .view(transform(view))
    }
  }

  private mutating func reshape(_ value: Value, _ shape: Shape) -> LoopValue {
    guard case .view(let view) = found[value.index]! else { return found[value.index]! }
    if let reshaped = view.reshaped(shape) { return .view(reshaped) }
    return .view(dense(value).reshaped(shape)!)
  }

  private mutating func concatenate(_ node: Node, _ axis: Int) -> ArrayView {
    var starts = [0]
    for operand in node.operands.dropLast() {
      starts.append(starts.last! + graph[operand].shape[axis])
    }
    return assembly(node.operands.map { anyView($0) }, axis, starts, node.shape)
  }

  /// Parts copied side by side along an axis, into zeros where they leave gaps.
  private mutating func assembly(
    _ parts: [ArrayView], _ axis: Int, _ starts: [Int], _ shape: Shape
  ) -> ArrayView {
    group(shape) { whole in
      let isCovered = parts.reduce(0) { $0 + $1.extents[axis] } == shape[axis]
      let zeros = Call(.fill(0, count: shape.count), results: [whole])
      return (isCovered ? [] : [zeros])
        + zip(parts, starts).map { part, start in
          let target = whole.sliced(axis: axis, start: start, count: part.extents[axis])
          let space = LoopSpace([part, target])!
          let loop = Loop(
            extents: space.extents, loads: [space.strides[0]], functions: [],
            stores: [LoopStore(.load(0), strides: space.strides[1])])
          return Call(.loop(loop), [part], results: [target])
        }
    }
  }

  /// The value as a view; a constant becomes an array.
  private mutating func anyView(_ value: Value) -> ArrayView {
    switch found[value.index]! {
    case .view(let view): return view
    case .number(let number):
      let shape = graph[value].shape
      let view = call(.fill(Float(number), count: shape.count), shape: shape)
      found[value.index] = .view(view)
      return view
    }
  }

  /// The value as a dense view; anything else is copied into an array of its own, once.
  ///
  /// - Parameter whole: whether it has to be an array of its own, not a part of one.
  mutating func dense(_ value: Value, whole: Bool = false) -> ArrayView {
    let view = anyView(value)
    let isWhole = view.offset == 0 && view.count == roots[view.owner].shape.count
    if view.isDense, isWhole || !whole { return view }
    let copy = copied(view, graph[value].shape)
    found[value.index] = .view(copy)
    return copy
  }

  /// A dense copy of a view.
  mutating func copied(_ view: ArrayView, _ shape: Shape) -> ArrayView {
    ArrayView(whole: join(Root(source: .copy(view), shape: shape), reading: [view]), shape)
  }

  private mutating func elementwise(
    _ shape: Shape, _ operands: [Value], _ function: ([LoopOperand]) -> LoopFunction
  ) -> LoopValue {
    var views: [ArrayView] = []
    let loopOperands = operands.map { operand -> LoopOperand in
      switch found[operand.index]! {
      case .number(let number): return .number(number)
      case .view(let view):
        views.append(view)
        return .load(views.count - 1)
      }
    }
    // A sum or a slice of a constant is known only here.
    switch function(loopOperands) {
    case .unary(let function, .number(let x)): return .number(function.value(x))
    case .binary(let function, .number(let x), .number(let y)):
      return .number(function.value(x, y))
    case .unary, .binary: break
    }
    let root = Root(source: .function(function(loopOperands), operands: views), shape: shape)
    return .view(ArrayView(whole: join(root, reading: views), shape))
  }

  private mutating func sum(_ node: Node, _ axes: [Int]) -> LoopValue {
    let shape = graph[node.operands[0]].shape
    switch found[node.operands[0].index]! {
    case .number(let number):
      return .number(number * Double(axes.reduce(1) { $0 * shape[$1] }))
    case .view(let view):
      let root = Root(source: .sum(.load(0), view, axes: axes, of: shape), shape: node.shape)
      return .view(ArrayView(whole: join(root, reading: [view]), node.shape))
    }
  }

  private mutating func indexed(_ node: Node) -> ArrayView {
    let (x, index) = (node.operands[0], node.operands[1])
    let gathers = node.op == .gatherRows
    let count = graph[index].shape[0]
    let extents = RowIndexing(
      rows: (gathers ? graph[x].shape : node.shape)[0], count: count,
      width: graph[index].shape.count / count)
    return call(
      gathers ? .gatherRows(extents) : .scatterRows(extents), [dense(x), dense(index)],
      shape: node.shape)
  }

  private mutating func collective(_ kind: CollectiveKind, _ node: Node) -> ArrayView {
    defer { collectiveCount += 1 }
    let collective = Collective(kind: kind, index: collectiveCount)
    return call(.collective(collective), [dense(node.operands[0])], shape: node.shape)
  }

  /// Adds a group of its own for a kernel, and gives its whole result.
  mutating func call(
    _ kernel: Kernel, _ operands: [ArrayView] = [],
    _ epilogue: Epilogue<ArrayView> = Epilogue(), shape: Shape
  ) -> ArrayView {
    group(shape) { [Call(kernel, operands, epilogue, results: [$0])] }
  }

  /// Adds a group for the calls that write an array.
  private mutating func group(
    _ shape: Shape, _ calls: (_ whole: ArrayView) -> [Call<ArrayView>]
  ) -> ArrayView {
    let whole = ArrayView(whole: roots.count, shape)
    roots.append(Root(source: .calls(calls(whole)), shape: shape, group: groups.count))
    groups.append(Group(roots: [whole.owner]))
    groups[groups.count - 1].needs = needs(of: groups.count - 1)
    return whole
  }

  /// Makes the value an output: its root itself where it is a whole array that is no other output,
  /// else a copy.
  private mutating func emit(output: Int, _ value: Value) {
    let view = anyView(value)
    let root = roots[view.owner]
    let isWhole = view.isDense && view.offset == 0 && view.count == root.shape.count
    if isWhole, root.group != nil, root.output == nil, !root.isMeeting {
      roots[view.owner].output = output
      return
    }
    let copy = join(Root(source: .copy(view), shape: graph[value].shape), reading: [view])
    roots[copy].output = output
  }
}
