import Datasets
import Examples
import Testing

@Suite struct MemoryExamplesTests {
  @Test func threadsGatherAtOnce() async {
    let size = 100
    let examples = MemoryExamples(
      bytes: (0..<1000 * size).map { UInt8(truncatingIfNeeded: $0 / size) }, exampleShape: [size],
      scale: 0.5)
    await withTaskGroup(of: Bool.self) { group in
      for task in 0..<8 {
        group.addTask {
          let rows = (0..<500).map { UInt32(($0 * 7 + task) % 1000) }
          let wanted = rows.flatMap { row in
            [Float](repeating: Float(row % 256) * 0.5, count: size)
          }
          return examples.rows(rows) == wanted
        }
      }
      for await same in group { #expect(same) }
    }
  }

  @Test func aRowThatIsNotThereTraps() async {
    await #expect(processExitsWith: .failure) {
      _ = MemoryExamples(floats: [1, 2, 3, 4], exampleShape: [2]).rows([0, 2])
    }
  }

  @Test func elementsThatAreNoWholeRowsTrap() async {
    await #expect(processExitsWith: .failure) {
      _ = MemoryExamples(floats: [1, 2, 3], exampleShape: [2])
    }
  }
}
