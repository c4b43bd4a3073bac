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
  /// The optimiser's moments: for each a name (`firstMoment`) and an array per trained parameter.
  public var moments: [(name: String, arrays: [NamedArray])] {
    get { zip(momentNames, momentArrays).map { (name: $0, arrays: $1) } }
    set { (momentNames, momentArrays) = (newValue.map(\.name), newValue.map(\.arrays)) }
  }
  private var momentNames: [String]
  private var momentArrays: [[NamedArray]]

  /// A snapshot of these parts.
  public init(
    configuration: String, state: String, environment: String, parameters: [NamedArray],
    moments: [(name: String, arrays: [NamedArray])]
  ) {
    self.configuration = configuration
    self.state = state
    self.environment = environment
    self.parameters = parameters
    momentNames = moments.map(\.name)
    momentArrays = moments.map(\.arrays)
  }
}
