import Examples
import Execution
import GraphIR
import GraphRuns
import Synchronization
import Testing

/// What parameters begin as.
@Suite struct FirstValuesTests {
  /// Rows that say which they are, and insist on being loaded before they are copied.
  private final class NumberedExamples: FieldSource {
    let exampleCount = 40
    let exampleShape = [3]
    private let loaded = Mutex<Set<UInt32>>([])

    func load(_ positions: Span<UInt32>) {
      loaded.withLock { for index in positions.indices { $0.insert(positions[index]) } }
    }

    @unsafe func gather(
      _ positions: UnsafeBufferPointer<UInt32>, into target: UnsafeMutablePointer<Float>
    ) {
      for index in positions.indices {
        let row = unsafe positions[index]
        #expect(loaded.withLock { $0.contains(row) })
        for element in 0..<3 {
          unsafe target[index * 3 + element] = Float(row) + Float(element) / 4
        }
      }
    }
  }

  /// Two parameters of so many rows that begin as examples, and one beside them.
  private func table(_ count: Int) -> ParameterTable {
    func declaration(_ name: String, _ start: Initializer) -> ParameterDeclaration {
      ParameterDeclaration(
        name: name, shape: [count, 3], initializer: start, role: .trained(isWeight: false))
    }
    return ParameterTable([
      declaration("first", .examples), declaration("weight", .uniform(bound: 1)),
      declaration("second", .examples),
    ])
  }

  /// The examples that the rows of a parameter are.
  private func rows(_ parameter: Int, _ memory: ParameterMemory) -> [UInt32] {
    let values = memory[parameter]
    return stride(from: 0, to: values.count, by: 3).map { start in
      let row = values[start]
      #expect(Array(values[start..<start + 3]) == [row, row + 0.25, row + 0.5])
      return UInt32(row)
    }
  }

  private let positions = (5..<30).map { UInt32($0) }

  private func memory(_ count: Int, seed: UInt64 = 3) throws -> ParameterMemory {
    try ParameterMemory(
      table(count), seed: seed, from: ExampleSet(NumberedExamples(), positions: positions))
  }

  @Test func examplesAreDistinctAndOfTheSetAlone() throws {
    for count in [1, 7, 25] {
      let memory = try memory(count)
      for parameter in [0, 2] {
        let rows = rows(parameter, memory)
        #expect(Set(rows).count == count && Set(rows).isSubset(of: positions))
      }
    }
  }

  @Test func everyExampleComesOnceBeforeAnyComesAgain() throws {
    let rows = rows(0, try memory(60))
    #expect(Set(rows[..<25]) == Set(positions))
    #expect(Array(rows[25..<50]) == Array(rows[..<25]) && rows[50...] == rows[..<10])
  }

  @Test func theyAreDrawnBySeedAndParameter() throws {
    let (memory, again) = (try memory(20), try memory(20))
    #expect(rows(0, memory) == rows(0, again))
    #expect(rows(0, memory) != rows(2, memory))
    #expect(rows(0, memory) != rows(0, try self.memory(20, seed: 4)))
    // Fewer are the beginning of more, and other parameters are as without data.
    #expect(rows(0, try self.memory(6)) == Array(rows(0, memory)[..<6]))
    let without = ParameterMemory(table(20), seed: 3)
    #expect(memory[1] == without[1])
    #expect(without[0] == [Float](repeating: 0, count: 60))
  }
}
