internal import Execution
internal import Storage

/// The parameters of a training and what is kept beside them: arrays of one layout, in shared memory.
@safe final class StepMemory {
  let parameters: ParameterMemory
  /// What optimisers keep beside the parameters.
  let states: [ParameterMemory]
  /// The average of the parameters over steps; nil where none is kept.
  let average: ParameterMemory?
  /// Bases of all of them: the parameters, the states, the average.
  let arrays: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  /// How many there are.
  let arrayCount: Int

  init(_ parameters: ParameterMemory, stateCount: Int, isAveraged: Bool) {
    self.parameters = parameters
    states = (0..<stateCount).map { _ in ParameterMemory(parameters.table) }
    average = isAveraged ? ParameterMemory(parameters.table) : nil
    average?.copy(parameters)
    let memories = [parameters] + states + (average.map { [$0] } ?? [])
    arrayCount = memories.count
    unsafe arrays = .allocate(capacity: memories.count)
    for (index, memory) in memories.enumerated() { unsafe arrays[index] = memory.floats.pointer }
  }

  deinit { unsafe arrays.deallocate() }

  /// How often an entry was set from outside.
  var settingCount: Int {
    states.reduce(parameters.settingCount + (average?.settingCount ?? 0)) { $0 + $1.settingCount }
  }
}
