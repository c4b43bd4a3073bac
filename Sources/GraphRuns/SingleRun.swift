public import Execution
public import GraphIR
internal import Kernels
internal import Storage

/// Runs a graph once, on this thread, on arrays given by name: for tests and small tools.
///
/// - Parameters:
///   - inputs: values of every input, row-major.
///   - precision: what the products multiply.
///   - noise: seed and step of the noise; example `i` of the leading axis has id `i`.
/// - Returns: the outputs in the order of the graph.
/// - Throws: `KernelError` where oneDNN refuses a product.
/// - Precondition: every input is there, with as many values as its shape has.
public func runOnce(
  _ graph: Graph, parameters: ParameterMemory, inputs: [String: [Float]],
  precision: Precision = .float32, noise: (seed: UInt64, step: UInt32) = (0, 0)
) throws -> [[Float]] {
  let plan = Plan(graph, table: parameters.table, precision: precision)
  let workspace = Workspace()
  let sequence = try KernelSequence(
    plan.calls, phases: plan.phases, arenaCount: plan.arenaCount, workspace: workspace,
    precision: plan.precision)
  for input in plan.inputs {
    guard let values = inputs[input.name], values.count == input.shape.count else {
      preconditionFailure("input \(input.name) needs \(input.shape.count) values")
    }
    for (index, value) in values.enumerated() {
      unsafe sequence.address(of: input.place)[index] = value
    }
  }
  let outputs = AlignedFloats(count: plan.outputLayout.count)
  let ids = (0..<UInt32(1 << 16)).map { $0 }
  let isFine = unsafe ids.withUnsafeBufferPointer { ids in
    unsafe sequence.run(
      parameters: UnsafePointer(parameters.floats.pointer), outputs: outputs.pointer,
      ids: ids.baseAddress!, noise: NoiseKey(seed: noise.seed, step: noise.step))
  }
  if !isFine { throw ShardFailure(shard: 0) }
  return plan.outputLayout.roles.indices.map { index in
    outputs.withSpan { span in plan.outputLayout.range(at: index)?.map { span[$0] } ?? [] }
  }
}
