package import DataParallel
package import Examples
internal import Execution
public import GraphIR
internal import GraphPasses
public import Models

extension Model {
  /// What a shard computes in a loss's turn of a training step: the training graph with the gradients, and the running
  /// statistics, of the parameters that are the loss's own.
  ///
  /// - Parameters:
  ///   - loss: one of the model's.
  ///   - rows: examples of the shard.
  ///   - minibatch: examples of the minibatch that it is a part of; the shard's where nil.
  ///   - place: the shard's among them; nil where each computes all that depends on parameters alone.
  ///   - isChanged: for a parameter, by index, whether training changes it; all where nil.
  public func gradientGraph(
    _ loss: String = Model.objectiveLoss, rows: Int, of minibatch: Int? = nil,
    at place: ShardPlace? = nil, changing isChanged: (Int) -> Bool = { _ in true }
  ) -> Graph {
    func isOwn(_ index: Int) -> Bool {
      self.loss(of: parameters[index]) == loss && isChanged(index)
    }
    var graph = trainingGraph(loss, rows: rows, of: minibatch, at: place)
    graph.outputs.removeAll {
      if case .statistic(let index) = $0.role { !isOwn(index) } else { false }
    }
    return graph.differentiated(of: .metric(loss), over: isOwn)
  }

  /// The players of a training step, one for each loss, in the order of their turns.
  ///
  /// - Parameters:
  ///   - source: what their examples come from, with the model's fields.
  ///   - smallestDeferred: as of `PlanFamily`.
  ///   - isChanged: as of `gradientGraph`.
  package func players(
    on source: ExampleSource, precision: Precision, smallestDeferred: Int? = nil,
    changing isChanged: @escaping (Int) -> Bool = { _ in true }
  ) -> [Player] {
    losses.map { loss in
      let family = PlanFamily(
        table: ParameterTable(parameters), fieldNames: fieldNames, scalarNames: scalarNames,
        precision: precision, sparsity: source.sparsity, smallestDeferred: smallestDeferred,
        seesMinibatch: seesMinibatch, seesPlace: seesPlace
      ) { batch in
        gradientGraph(
          loss, rows: batch.rows, of: batch.minibatch, at: batch.place, changing: isChanged)
      }
      return Player(loss: loss, family: family)
    }
  }

  /// Sums that a training of this model keeps in its state.
  package var metricCount: Int {
    losses.reduce(0) { sum, loss in
      let layout = OutputLayout(gradientGraph(loss, rows: 1), table: ParameterTable(parameters))
      return sum + layout.count - layout.gradientCount
    }
  }
}
