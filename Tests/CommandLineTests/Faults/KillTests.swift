import Foundation
import GraphReference
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

  /// SIGKILL at random moments, another number of threads after each: no more than the steps since the
  /// last save are lost, and the end is that of a run that nothing disturbed. A training that comes to
  /// its end is compared and begun anew, until there were kills enough.
  @Test(arguments: KilledModel.allCases)
  func anyMomentMayBeTheLast(kind: KilledModel) throws {
    let seed = UInt64.random(in: 1...UInt64.max)
    let steps = TestScale.count(240, torture: 2400)
    let run = try FaultRun(
      [
        "training.shards=3", "training.reportEverySteps=1", "training.epochs=null",
        "training.steps=\(steps)",
        "checkpoints={\"everySteps\": \(KillCount.interval), \"everyMinutes\": null, \"keep\": 2}",
      ] + kind.settings)
    // Into the opening at times, and up to some 100 steps, with their saves, behind it; metrics of
    // more steps, and other processes, make it longer.
    let latest = 4 * run.openingSeconds + 100 * run.seconds / Double(steps)
    let kills = kind == .plain ? TestScale.count(8, torture: 500) : TestScale.count(3, torture: 250)
    var (random, count, threads) = (SplitMix64(seed: seed), KillCount(), 1)
    while count.kills < kills {
      let place = Comment("kill \(count.kills) of seed \(seed)")
      threads = (threads + Int.random(in: 0...2, using: &random)) % 4 + 1
      let program = try run.start(threads: threads)
      Thread.sleep(forTimeInterval: Double.random(in: 0...latest, using: &random))
      program.send(SIGKILL)
      let result = try program.wait()
      if result.code == 0 {
        try run.expectWhole(place)
        try run.clear()
        count.begin()
      } else {
        #expect(result.code == 128 + SIGKILL, "\(place): \(result.errors)")
        try count.add(run, place)
      }
    }
    let rest = try run.start(threads: 2).wait(seconds: 600)
    #expect(rest.code == 0, "\(rest.errors)")
    try run.expectWhole("after \(kills) kills of seed \(seed)")
    print("\(kind), seed \(seed): \(count), each \(steps) steps")
    if TestScale.isTorture {
      #expect(count.afterSteps > kills / 4 && count.withinSaves > kills / 50, "\(count)")
    }
  }
}

/// What is trained while it is killed.
enum KilledModel: CaseIterable {
  case plain
  /// Two players.
  case factor
  /// Two latent variables, one of which depends on the other.
  case ladder
  /// More data than memory.
  case streamed

  /// Overrides of `small.json`.
  var settings: [String] {
    switch self {
    case .plain: []
    case .factor:
      [
        #"model.objective={ "factor": { "units": 8, "hiddenLayers": 2 } }"#,
        #"training.groups=[{ "parameters": ["discriminator.*"], "optimizer": "sgd" }]"#,
      ]
    case .streamed:
      [
        #"data={ "source": "sprites", "size": 4000, "file": "sprites.h5", "validation": null, "memory": "6MB" }"#,
        "training.batchSize=64",
        """
        model={
          "encoder": ["flatten", { "dense": { "units": 8 } }, "relu"], "posterior": { "gaussian": { "latent": 2 } },
          "decoder": [
            { "dense": { "units": 4096 } }, { "reshape": { "channels": 1, "height": 64, "width": 64 } }],
          "likelihood": "bernoulli" }
        """,
      ]
    case .ladder:
      [
        """
        model={
          "encoder": ["flatten", { "dense": { "units": 8 } }, { "relu": { "name": "low" } }, { "dense": { "units": 6 } }],
          "latents": [
            { "name": "top", "posterior": { "gaussian": { "latent": 2 } } },
            { "name": "bottom", "features": "low", "posterior": { "ladder": { "latent": 3 } },
              "prior": { "conditional": { "layers": [{ "dense": { "units": 5 } }, "relu"] } } }],
          "decoder": [{ "dense": { "units": 36 } }, { "reshape": { "channels": 1, "height": 6, "width": 6 } }],
          "likelihood": "bernoulli" }
        """
      ]
    }
  }
}

/// Where the kills of one test came.
private struct KillCount: CustomStringConvertible {
  /// Steps between two saves.
  static let interval = 3
  private(set) var kills = 0
  /// Kills of a process that had trained.
  private(set) var afterSteps = 0
  /// Kills that left a save unfinished.
  private(set) var withinSaves = 0
  private var trainings = 1
  private var saved = 0
  private var reported = 0

  /// A new training begins.
  mutating func begin() { (trainings, saved, reported) = (trainings + 1, 0, 0) }

  /// Looks at what a killed process left.
  mutating func add(_ run: FaultRun, _ place: Comment) throws {
    kills += 1
    withinSaves += try run.hasUnfinishedSave() ? 1 : 0
    let (before, step) = (saved, try run.reportedStep())
    saved = try run.savedStep()
    afterSteps += saved != before || step > reported ? 1 : 0
    reported = step
    #expect(saved >= reported - Self.interval && saved % Self.interval == 0, place)
    #expect(saved >= before, "\(place): a save of step \(before) was lost")
  }

  var description: String {
    "\(kills) kills, \(afterSteps) of them after steps and \(withinSaves) within a save, "
      + "in \(trainings) trainings"
  }
}
