public import Examples
public import Execution

extension ParameterMemory {
  /// Parameters at their first values under a seed, some of which may begin as examples.
  ///
  /// - Throws: what is wrong with where the examples come from.
  public convenience init(_ table: ParameterTable, seed: UInt64, from data: ExampleSet) throws {
    try self.init(table, seed: seed, exampleCount: data.positions.count) { places in
      try ExampleSet(data.source, positions: places.map { data.positions[$0] }).values()
    }
  }
}
