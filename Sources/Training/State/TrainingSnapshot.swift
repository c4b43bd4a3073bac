/// A named array as files hold it: row-major, in the field's layout.
public struct NamedArray: Sendable, Hashable {
  /// Path of its layer and its own name: `encoder.conv1.weight`.
  public var name: String
  /// Extents, outermost first; empty for a scalar.
  public var shape: [Int]
  /// As many values as the shape has.
  public var values: [Float]

  /// An array.
  public init(name: String, shape: [Int], values: [Float]) {
    self.name = name
    self.shape = shape
    self.values = values
  }
}

/// What is kept of parameters beside them.
public struct StateArrays: Sendable, Hashable {
  /// Its name: `firstMoment`.
  public var name: String
  /// An array for each parameter that has such a state, by the parameter's name.
  public var arrays: [NamedArray]

  /// A state of some parameters.
  public init(name: String, arrays: [NamedArray]) { (self.name, self.arrays) = (name, arrays) }
}

/// Everything that a training needs to continue to the same bits, as a value.
public struct TrainingSnapshot: Sendable, Hashable {
  /// Position, counters and history.
  public var state: TrainingState
  /// Parameters and running statistics.
  public var parameters: [NamedArray]
  /// What the optimiser keeps beside the parameters; and under the name `average` the average of parameters and running
  /// statistics, where it is kept.
  public var states: [StateArrays]

  /// Name of the average among the states.
  public static let average = "average"

  /// A snapshot of these parts.
  public init(state: TrainingState, parameters: [NamedArray], states: [StateArrays]) {
    (self.state, self.parameters, self.states) = (state, parameters, states)
  }

  /// The arrays of one of the states; nil where there is none of that name.
  public func arrays(ofState name: String) -> [NamedArray]? {
    states.first { $0.name == name }?.arrays
  }

  /// What the model is used with: the averages where they are kept, else the parameters.
  public var weights: [NamedArray] { arrays(ofState: Self.average) ?? parameters }
}
