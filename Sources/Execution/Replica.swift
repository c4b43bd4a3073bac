public import GraphIR
package import Kernels

/// A graph for every number of examples that is asked for, compiled on first use.
///
/// The coordinator asks for plans before workers start; workers only read.
public final class PlanFamily {
  /// A plan and where its inputs lie.
  package struct Member: Sendable {
    package var plan: Plan
    /// First float of the examples in the arena; nil where the graph uses none, or only non-zeros.
    package var exampleOffset: Int?
    /// First float in the arena of each scalar; nil where the graph does not use it.
    package var scalarOffsets: [Int?]
  }

  /// Where the parameters lie.
  public let table: ParameterTable
  package let exampleName: String
  package let scalarNames: [String]
  package let precision: Precision
  package let sparsity: RowSparsity?
  package let graph: (Int) -> Graph
  private var members: [Int: Member] = [:]

  /// Plans of `graph(rows)`.
  ///
  /// - Parameters:
  ///   - exampleName: the input that holds the examples.
  ///   - scalarNames: inputs of shape `[]`, in the order in which runs give their values.
  ///   - precision: what the products multiply.
  ///   - sparsity: what the non-zeros of the examples' source are like; nil where plans are to read
  ///     dense rows alone, which every source gives.
  public init(
    table: ParameterTable, exampleName: String, scalarNames: [String],
    precision: Precision = .float32, sparsity: RowSparsity? = nil,
    graph: @escaping (_ rows: Int) -> Graph
  ) {
    self.table = table
    self.exampleName = exampleName
    self.scalarNames = scalarNames
    self.precision = precision
    self.sparsity = sparsity
    self.graph = graph
  }

  /// The plan for so many examples.
  public func plan(rows: Int) -> Plan { member(rows: rows).plan }

  package func member(rows: Int) -> Member {
    if let member = members[rows] { return member }
    let plan = Plan(
      graph(rows), table: table, precision: precision,
      sparse: sparsity.map { [exampleName: $0] } ?? [:])
    func offset(_ name: String) -> Int? { plan.inputs.first { $0.name == name }?.offset }
    let member = Member(
      plan: plan, exampleOffset: offset(exampleName),
      scalarOffsets: scalarNames.map(offset))
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
      plan.calls, arenaCount: plan.arenaCount, workspace: workspace, precision: plan.precision)
    sequences[rows] = sequence
    return sequence
  }
}
