public import GraphIR
public import KernelCalls
package import Kernels

/// How many examples a graph is for.
public struct Batch: Hashable, Sendable {
  /// Examples of the shard.
  public var rows: Int
  /// Examples of the minibatch that it is a part of.
  public var minibatch: Int
  /// Which part; nil where the graph does not depend on it.
  public var place: ShardPlace?

  /// A shard of a minibatch; all of it where nil.
  public init(rows: Int, of minibatch: Int? = nil, at place: ShardPlace? = nil) {
    (self.rows, self.minibatch, self.place) = (rows, minibatch ?? rows, place)
  }
}

/// A graph for every number of examples that is asked for, compiled on first use.
///
/// The coordinator asks for plans before workers start; workers only read.
public final class PlanFamily {
  /// A plan and where its inputs lie.
  package struct Member: Sendable {
    package var plan: Plan
    /// Where each field begins; nil where the graph does not use it, or only its non-zeros.
    package var fields: [Place?]
    /// Where each scalar is; nil where the graph does not use it.
    package var scalars: [Place?]
  }

  /// Where the parameters lie.
  public let table: ParameterTable
  /// Inputs that hold fields of the examples, in the order in which their source has them.
  package let fieldNames: [String]
  package let scalarNames: [String]
  package let precision: Precision
  package let sparsity: [String: RowSparsity]
  package let graph: (Batch) -> Graph
  private let givenNames: Set<String>
  private let smallestDeferred: Int?
  private let seesMinibatch: Bool
  /// Whether the graph of a shard depends on its place in the minibatch.
  package let seesPlace: Bool
  private var members: [Batch: Member] = [:]

  /// Plans of graphs.
  ///
  /// - Parameters:
  ///   - fieldNames: inputs that hold fields of the examples, each with as many rows as there are; in the order in
  ///     which runs have their sources.
  ///   - scalarNames: inputs of shape `[]`, in the order in which runs give their values.
  ///   - givenNames: further inputs, whose values come with a run.
  ///   - precision: what the products multiply.
  ///   - sparsity: what the non-zeros of a field are like; empty where plans are to read dense rows
  ///     alone, which every source gives.
  ///   - smallestDeferred: weights from which on a dense layer's gradient is made over the whole
  ///     minibatch; nil for what is fast.
  ///   - seesMinibatch: whether the graph of a shard depends on the size of its minibatch.
  ///   - seesPlace: whether it depends on the shard's place there as well.
  public init(
    table: ParameterTable, fieldNames: [String], scalarNames: [String],
    givenNames: Set<String> = [], precision: Precision = .float32,
    sparsity: [String: RowSparsity] = [:],
    smallestDeferred: Int? = nil, seesMinibatch: Bool, seesPlace: Bool = false,
    graph: @escaping (Batch) -> Graph
  ) {
    self.table = table
    self.fieldNames = fieldNames
    self.scalarNames = scalarNames
    self.givenNames = givenNames
    self.precision = precision
    self.sparsity = sparsity
    self.smallestDeferred = smallestDeferred
    self.seesMinibatch = seesMinibatch
    self.seesPlace = seesPlace
    self.graph = graph
  }

  /// Plans of `graph(rows)`, which depends on no minibatch.
  public convenience init(
    table: ParameterTable, fieldNames: [String], scalarNames: [String],
    givenNames: Set<String> = [], precision: Precision = .float32,
    sparsity: [String: RowSparsity] = [:],
    smallestDeferred: Int? = nil, graph: @escaping (_ rows: Int) -> Graph
  ) {
    self.init(
      table: table, fieldNames: fieldNames, scalarNames: scalarNames, givenNames: givenNames,
      precision: precision, sparsity: sparsity, smallestDeferred: smallestDeferred,
      seesMinibatch: false
    ) { graph($0.rows) }
  }

  /// The plan for so many examples.
  public func plan(_ batch: Batch) -> Plan { member(batch).plan }

  /// The plan for so many examples, which are a whole minibatch.
  public func plan(rows: Int) -> Plan { plan(Batch(rows: rows)) }

  /// What graphs and plans of this size are known by.
  package func key(_ batch: Batch) -> Batch {
    Batch(
      rows: batch.rows, of: seesMinibatch ? batch.minibatch : nil,
      at: seesPlace ? batch.place : nil)
  }

  package func member(_ batch: Batch) -> Member {
    let batch = key(batch)
    if let member = members[batch] { return member }
    var deferral = Plan.Deferral(examples: batch.rows)
    if let smallestDeferred { deferral.smallest = smallestDeferred }
    let plan = Plan(
      graph(batch), table: table, precision: precision,
      sparse: sparsity, deferring: deferral)
    for input in plan.inputs.map(\.name) {
      precondition(
        fieldNames.contains(input) != scalarNames.contains(input) || givenNames.contains(input),
        "input \(input) is none of the fields \(fieldNames) and scalars \(scalarNames), or both")
    }
    func place(_ name: String) -> Place? { plan.inputs.first { $0.name == name }?.place }
    let member = Member(
      plan: plan, fields: fieldNames.map(place), scalars: scalarNames.map(place))
    members[batch] = member
    return member
  }
}

/// The mutable half of a plan: one worker's memory and prepared kernel calls.
public final class Replica {
  package let workspace: Workspace
  private var sequences: [Batch: KernelSequence] = [:]

  /// A replica without memory yet.
  public convenience init() { self.init(workspace: Workspace()) }

  /// A replica in memory that it shares with others of the same worker.
  package init(workspace: Workspace) { self.workspace = workspace }

  /// Bytes of its arena and scratch memory.
  public var byteCount: Int { workspace.byteCount }

  /// The kernel calls for so many examples of one family.
  ///
  /// - Throws: `KernelError` where oneDNN refuses a product.
  package func sequence(_ batch: Batch, of family: PlanFamily) throws(KernelError) -> KernelSequence
  {
    let batch = family.key(batch)
    if let sequence = sequences[batch] { return sequence }
    let plan = family.plan(batch)
    let sequence = try KernelSequence(
      plan.calls, phases: plan.phases, arenaCount: plan.arenaCount,
      savedCount: plan.savedWidths.count, workspace: workspace, precision: plan.precision)
    sequences[batch] = sequence
    return sequence
  }
}
