import Foundation
import Testing

/// `bench` and `--threads` in all their forms.
@Suite struct BenchTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private static let keys = [
    "batch", "gflops", "peakGflops", "peakMemoryBytes", "precision", "samplesPerSecond",
    "shards", "shareOfPeak", "stepMilliseconds", "threads", "workload",
  ]

  @Test(arguments: [("1", [1]), ("3,2", [1, 2, 3])])
  func jsonHasOneObjectForEachMeasurement(threads: String, expected: [Int]) throws {
    let result = try run(
      "bench", "small.json", "--threads", threads, "--seconds", "0.002", "--json", in: folder)
    #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
    let list = try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [[String: Any]])
    #expect(list.compactMap { $0["threads"] as? Int } == expected)
    for object in list {
      #expect(Set(object.keys) == Set(Self.keys))
      let rates = object["samplesPerSecond"] as? [String: Double]
      #expect(rates?.keys.sorted() == ["max", "median", "min"])
    }
  }

  @Test func aListIsComparedAndExplained() throws {
    let result = try run(
      "bench", "small.json", "--threads", "1,2", "--seconds", "0.002", in: folder)
    #expect(result.code == 0)
    for text in ["speed-up", "efficiency", "predicted", "16 cores", "64 cores"] {
      #expect(result.output.contains(text), "\(result.output)")
    }
  }

  @Test func aProfileTellsWhatIsOutsideKernels() throws {
    let result = try run("bench", "small.json", "--profile", "--seconds", "0.002", in: folder)
    #expect(result.code == 0)
    for text in [
      "gathering", "sum over shards and update", "late to stages", "waiting", "coordinator",
    ] {
      #expect(result.output.contains(text), "\(result.output)")
    }
  }

  /// One line that says what was chosen and why, and the same bits.
  @Test func automaticThreadsSayWhatTheyChose() throws {
    let fixed = try run("train", "small.json", "--output", "a", "--threads", "2", in: folder)
    let chosen = try run("train", "small.json", "--output", "b", "--threads", "auto", in: folder)
    #expect(fixed.code == 0 && chosen.code == 0)
    let lines = chosen.errors.split(separator: "\n").filter { $0.contains(" thread") }
    #expect(lines.count == 1 && lines[0].contains(": "), "\(chosen.errors)")
    let (one, two) = try (
      run("evaluate", "a", "--json", "--threads", "1", in: folder),
      run("evaluate", "b", "--json", "--threads", "auto", in: folder)
    )
    #expect(one.output == two.output && two.errors.contains(" thread"))
  }
}
