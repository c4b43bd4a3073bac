public import GraphIR
package import Kernels

/// A graph for every number of examples that is asked for, compiled on first use.
///
/// The coordinator asks for plans before workers start; workers only read.
public final class PlanFamily {
  /// A plan and where its inputs lie.
  package struct Member: Sendable {
    package var plan: Plan
    /// Where the examples begin; nil where the graph uses none, or only non-zeros.
    package var examples: Place?
    /// Where each scalar is; nil where the graph does not use it.
    package var scalars: [Place?]
  }

  /// Where the parameters lie.
  public let table: ParameterTable
  package let exampleName: String
  package let scalarNames: [String]
  package let precision: Precision
  package let sparsity: RowSparsity?
  package let graph: (Int) -> Graph
  private let smallestDeferred: Int?
  private var members: [Int: Member] = [:]

  /// Plans of `graph(rows)`.
  ///
  /// - Parameters:
  ///   - exampleName: the input that holds the examples.
  ///   - scalarNames: inputs of shape `[]`, in the order in which runs give their values.
  ///   - precision: what the products multiply.
  ///   - sparsity: what the non-zeros of the examples' source are like; nil where plans are to read
  ///     dense rows alone, which every source gives.
  ///   - smallestDeferred: weights from which on a dense layer's gradient is made over the whole
  ///     minibatch; nil for what is fast.
  public init(
    table: ParameterTable, exampleName: String, scalarNames: [String],
    precision: Precision = .float32, sparsity: RowSparsity? = nil,
    smallestDeferred: Int? = nil, graph: @escaping (_ rows: Int) -> Graph
  ) {
    self.table = table
    self.exampleName = exampleName
    self.scalarNames = scalarNames
    self.precision = precision
    self.sparsity = sparsity
    self.smallestDeferred = smallestDeferred
    self.graph = graph
  }

  /// The plan for so many examples.
  public func plan(rows: Int) -> Plan { member(rows: rows).plan }

  package func member(rows: Int) -> Member {
    if let member = members[rows] { return member }
    var deferral = Plan.Deferral(examples: rows)
    if let smallestDeferred { deferral.smallest = smallestDeferred }
    let plan = Plan(
      graph(rows), table: table, precision: precision,
      sparse: sparsity.map { [exampleName: $0] } ?? [:],
      deferring: deferral)
    func place(_ name: String) -> Place? { plan.inputs.first { $0.name == name }?.place }
    let member = Member(
      plan: plan, examples: place(exampleName), scalars: scalarNames.map(place))
    members[rows] = member
    return member
  }
}

/// The mutable half of a plan: one worker's memory and prepared kernel calls.
public final class Replica {
  package let workspace = Workspace()
  private var sequences: [Int: KernelSequence] = [:]

  /// A replica without memory yet.
  public init() {}

  /// Bytes of its arena and scratch memory.
  public var byteCount: Int { workspace.byteCount }

  /// The kernel calls for so many examples of one family.
  ///
  /// - Throws: `KernelError` where oneDNN refuses a product.
  package func sequence(rows: Int, of family: PlanFamily) throws(KernelError) -> KernelSequence {
    if let sequence = sequences[rows] { return sequence }
    let plan = family.plan(rows: rows)
    let sequence = try KernelSequence(
      plan.calls, arenaCount: plan.arenaCount, keptCount: plan.keptWidths.count,
      workspace: workspace, precision: plan.precision)
    sequences[rows] = sequence
    return sequence
  }
}
