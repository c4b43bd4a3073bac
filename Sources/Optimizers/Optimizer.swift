package import Configuration

/// All optimisers; a new one adds its line here.
package let optimizerChoices: [any Optimizer.Type] = [
  Adam.self, AdamW.self, AMSGrad.self, AdamNormGrad.self, Adamax.self, NAdam.self, RMSprop.self,
  Adagrad.self, Lion.self, SGD.self,
]

/// The optimisers as a reader takes them.
package var optimizerTable: [Alternative<any Optimizer>] {
  optimizerChoices.map { type in
    Alternative(type.key, type.meaning) { (reader) throws(ConfigurationError) in
      try type.init(reading: &reader)
    }
  }
}

/// A choice of the axis `optimizer`: how gradients change parameters.
///
/// Each has one file, which says what it keeps beside the parameters, the numbers of a step, the loop in C
/// that changes a run of floats, and a bound on what that loop computes.
package protocol Optimizer: Sendable {
  /// Its name in configurations.
  static var key: String { get }
  /// What it does, in one or several sentences, with its source.
  static var meaning: String { get }
  /// Reads its settings.
  init(reading: inout ObjectReader) throws(ConfigurationError)
  /// Step size before the schedule.
  var learningRate: Double { get }
  /// Names of the arrays that it keeps beside the parameters, as checkpoints show them, in the order of its
  /// loop. Two optimisers share a name only where they mean the same by it.
  var stateNames: [String] { get }
  /// Those of them that are means or sums of squares, or the largest magnitudes: never negative.
  var nonNegativeStates: [String] { get }
  /// What these arrays begin with.
  var initialState: Float { get }
  /// Step `count`, from 1, at a learning rate: a function of these alone. Allocates nothing.
  func rule(rate: Double, count: Int) -> UpdateRule
}

extension Optimizer {
  package var nonNegativeStates: [String] { [] }
  package var initialState: Float { 0 }
}
