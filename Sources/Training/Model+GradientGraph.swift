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
}
