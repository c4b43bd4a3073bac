import Foundation
import TestScale
import Testing

/// The program is killed, and its calls fail; it goes on to the same bits and leaves nothing behind.
@Suite(.serialized) struct KillTests {
  /// Three saves within two epochs, each of which prunes the one before the last.
  private static let settings = [
    "training.shards=3", "training.reportEverySteps=1",
    "checkpoints={\"everySteps\": 4, \"everyMinutes\": null, \"keep\": 1}",
  ]

  /// SIGKILL before, within and after calls that change the run's folder: in `make torture` each of them.
  @Test(arguments: FaultyCalls.Kind.allCases)
  func anyCallMayGoWrong(kind: FaultyCalls.Kind) throws {
    let run = try FaultRun(Self.settings)
    let library = try FaultyCalls.compile(in: run.folder)
    let total = try callCount(run, library)
    #expect(total > 60)
    let stride = TestScale.count(total / 6, torture: 1)
    for number in Swift.stride(from: 1, through: total, by: stride) {
      let place = Comment("\(kind) at call \(number) of \(total)")
      try run.clear()
      let environment = FaultyCalls.environment(library, watched: run.url, kind, at: number)
      let result = try run.start(threads: 1 + number % 3, environment: environment).wait()
      let codes: [Int32] = kind.kills ? [128 + SIGKILL] : [0, 73, 74]
      #expect(codes.contains(result.code), "\(place): \(result.code) \(result.errors)")
      if result.code != 0 {
        let rest = try run.start(threads: 1 + (number + 1) % 3).wait()
        #expect(rest.code == 0, "\(place): \(rest.errors)")
      }
      // A failed picture or line of metrics is told and not made again.
      if kind.kills || result.code != 0 { try run.expectWhole(place) }
    }
  }

  private func callCount(_ run: FaultRun, _ library: String) throws -> Int {
    let count = run.folder.url.appending(path: "count")
    try run.clear()
    let environment = FaultyCalls.environment(library, watched: run.url, at: 0, count: count)
    let result = try run.start(threads: 2, environment: environment).wait()
    #expect(result.code == 0, "\(result.errors)")
    try run.expectWhole("nothing went wrong")
    return try #require(
      Int(String(decoding: try Data(contentsOf: count), as: UTF8.self).dropLast()))
  }

  /// SIGKILL at random moments, other numbers of threads after each: no more than the steps since the
  /// last save are lost, and the end is that of a run that nothing disturbed.
  @Test func anyMomentMayBeTheLast() throws {
    let seed = UInt64.random(in: 1...UInt64.max)
    var random = SplitMix(state: seed)
    let kills = TestScale.count(8, torture: 500)
    let interval = 3
    let run = try FaultRun([
      "training.shards=3", "training.reportEverySteps=1", "training.epochs=null",
      "training.steps=\(kills * 60)",
      "checkpoints={\"everySteps\": \(interval), \"everyMinutes\": null, \"keep\": 2}",
    ])
    var done = 0
    while done < kills {
      let place = Comment("kill \(done) of seed \(seed)")
      let program = try run.start(threads: Int.random(in: 1...4, using: &random))
      Thread.sleep(forTimeInterval: Double.random(in: 0...0.25, using: &random))
      program.send(SIGKILL)
      let result = try program.wait()
      if result.code == 0 { break }
      #expect(result.code == 128 + SIGKILL, "\(place): \(result.errors)")
      let (saved, reported) = (try run.savedStep(), try run.reportedStep())
      #expect(saved >= reported - interval && saved % interval == 0, place)
      done += 1
    }
    #expect(done > kills / 2, "the run was complete after \(done) kills")
    let rest = try run.start(threads: 2).wait(seconds: 600)
    #expect(rest.code == 0, "\(rest.errors)")
    try run.expectWhole("after \(done) kills of seed \(seed)")
  }
}

/// Random numbers from a seed that a failed test names (Steele, Lea, Flood 2014).
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }
}
