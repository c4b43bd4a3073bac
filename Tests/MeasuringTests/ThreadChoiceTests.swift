import Measuring
import Testing

/// `--threads auto`: which number wins.
@Suite struct ThreadChoiceTests {
  private func choice(
    cores: Int, physical: Int? = nil, seconds: @escaping (Int) -> Double
  ) -> ThreadChoice {
    ThreadChoice(cores: cores, physicalCores: physical ?? cores, seconds: seconds)
  }

  @Test func longWorkTakesAllCoresUnmeasured() {
    var asked: Set<Int> = []
    let found = ThreadChoice(cores: 8, physicalCores: 8) { number in
      asked.insert(number)
      return 0.1
    }
    #expect(found.threads == 8 && asked == [8])
    #expect("\(found)" == "8 threads: all cores; 100 ms of work are long beside waking threads")
  }

  @Test func hyperThreadsMayLose() {
    #expect(choice(cores: 8, physical: 4) { $0 == 8 ? 0.12 : 0.1 }.threads == 4)
    #expect(choice(cores: 8, physical: 4) { $0 == 8 ? 0.1 : 0.12 }.threads == 8)
  }

  /// A step whose wake-ups cost more than its work.
  @Test func tinyWorkTakesOneThread() {
    let found = choice(cores: 4) { 20e-6 / Double($0) + 30e-6 * Double($0 - 1) }
    #expect(found.threads == 1)
    #expect("\(found)" == "1 thread: measured, by threads: 1: 20 µs, 2: 40 µs, 4: 95 µs")
  }

  @Test func aHairIsNotEnough() {
    #expect(choice(cores: 2) { $0 == 2 ? 1e-3 : 0.98e-3 }.threads == 2)
  }

  @Test func oneCoreIsNotMeasured() {
    #expect(
      choice(cores: 1) { _ in
        Issue.record("measured")
        return 0
      }.threads == 1)
  }
}
