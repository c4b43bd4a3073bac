internal import Execution
public import GraphIR
internal import GraphPasses
public import Models

extension Model {
  /// What a shard of a training step computes: the training graph with the objective's gradients.
  ///
  /// - Parameter rows: examples of the shard.
  public func gradientGraph(rows: Int) -> Graph {
    trainingGraph(rows: rows).differentiated(of: .metric("objective"))
  }

  /// Sums that a training of this model keeps in its state.
  package var metricCount: Int {
    let layout = SlabLayout(gradientGraph(rows: 1), table: ParameterTable(parameters))
    return layout.count - layout.gradientCount
  }
}
