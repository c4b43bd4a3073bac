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

/// Everything that a training needs to continue to the same bits, as a value.
public struct TrainingSnapshot: Sendable, Hashable {
  /// The resolved configuration, as JSON.
  public var configuration: String
  /// Position, counters and history, as JSON that `TrainingState` encodes.
  public var state: String
  /// What the bits depend on besides: versions, instruction set, threads; as JSON.
  public var environment: String
  /// Parameters and running statistics.
  public var parameters: [NamedArray]
  /// What the optimiser keeps beside the parameters: for each a name (`firstMoment`) and an array per trained
  /// parameter; and under the name `average` the average of parameters and running statistics, where it is kept.
  public var states: [(name: String, arrays: [NamedArray])] {
    get { zip(stateNames, stateArrays).map { (name: $0, arrays: $1) } }
    set { (stateNames, stateArrays) = (newValue.map(\.name), newValue.map(\.arrays)) }
  }
  private var stateNames: [String]
  private var stateArrays: [[NamedArray]]

  /// Name of the average among the states.
  public static let average = "average"

  /// A snapshot of these parts.
  public init(
    configuration: String, state: String, environment: String, parameters: [NamedArray],
    states: [(name: String, arrays: [NamedArray])]
  ) {
    self.configuration = configuration
    self.state = state
    self.environment = environment
    self.parameters = parameters
    stateNames = states.map(\.name)
    stateArrays = states.map(\.arrays)
  }

  /// The arrays of one of the states; nil where there is none of that name.
  public func arrays(ofState name: String) -> [NamedArray]? {
    stateNames.firstIndex(of: name).map { stateArrays[$0] }
  }

  /// What the model is used with: the averages where they are kept, else the parameters.
  public var weights: [NamedArray] { arrays(ofState: Self.average) ?? parameters }
}
