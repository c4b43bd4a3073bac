internal import Execution
public import GraphIR
internal import GraphPasses
public import Models

extension Model {
  /// What a shard of a training step computes: the training graph with the objective's gradients.
  ///
  /// - Parameters:
  ///   - rows: examples of the shard.
  ///   - minibatch: examples of the minibatch that it is a part of; the shard's where nil.
  public func gradientGraph(rows: Int, of minibatch: Int? = nil) -> Graph {
    trainingGraph(rows: rows, of: minibatch).differentiated(of: .metric("objective"))
  }

  /// Sums that a training of this model keeps in its state.
  package var metricCount: Int {
    let layout = SlabLayout(gradientGraph(rows: 1), table: ParameterTable(parameters))
    return layout.count - layout.gradientCount
  }
}
