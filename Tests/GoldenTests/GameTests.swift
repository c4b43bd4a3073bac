import DataParallel
import Diagnosis
import EngineTestSupport
import Execution
import Foundation
import GraphIR
import GraphRuns
import HDF5
import Testing

/// Two players, one with a gradient penalty, against PyTorch in float64; see `make_game.py`.
@Suite struct GameTests {
  private static var file: String {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/game/game.h5").path
  }

  /// The largest distance of a parameter from what the file holds, relative to the longer of 1 and that.
  private func distance(_ memory: ParameterMemory, after steps: Int) throws -> Double {
    let file = try HDF5File(reading: Self.file)
    return try memory.table.entries.indices.map { index in
      let name = memory.table.entries[index].declaration.name
      let expected = try file.read("\(steps)/\(name)", as: Float.self)
      #expect(expected.count == memory[index].count)
      return zip(memory[index], expected).map { abs(Double($0) - Double($1)) }.max()!
    }.max()!
  }

  @Test(arguments: [1, 2, 3, 4, 8])
  func twentyStepsAreThoseOfPyTorch(shards: Int) throws {
    let game = Game(shards: shards, threads: 2)
    let losses = try HDF5File(reading: Self.file).read("/losses", as: Double.self)
    for count in 1...Game.steps {
      try game.step(count)
      for (position, name) in ["objective", "critic"].enumerated() {
        let found = game.engine.sum(name)![0] / Double(Game.rows)
        #expect(abs(found - losses[2 * (count - 1) + position]) < 1e-4, "\(name), step \(count)")
      }
      if count == 1 { #expect(try distance(game.engine.parameters, after: 1) < 1e-6) }
    }
    #expect(try distance(game.engine.parameters, after: Game.steps) < 1e-4)
  }

  @Test func bitsDependOnNoThreads() throws {
    func values(threads: Int) throws -> [[Float]] {
      let game = Game(shards: 4, threads: threads)
      for count in 1...Game.steps { try game.step(count) }
      return game.values
    }
    let expected = try values(threads: 1)
    for threads in [2, 3, 7, 16] { #expect(try values(threads: threads) == expected) }
  }

  /// The autoencoder has had its turn when the critic's loss proves infinite.
  @Test(arguments: [1, 3]) func aStepIsMadeByAllPlayersOrNone(shards: Int) throws {
    let game = Game(shards: shards, threads: 2, scale: .infinity)
    let before = game.values
    let error = #expect(throws: NonFiniteStep.self) { try game.step(1) }
    #expect(game.values == before)
    #expect(error?.description.contains("the loss \"critic\"") == true, "\(error!)")
    // As if the failed step had not been.
    let (healthy, other) = (Game(shards: shards, threads: 2), Game(shards: shards, threads: 2))
    #expect(before == healthy.values)
    try healthy.step(2)
    try other.step(2)
    #expect(healthy.values == other.values)
  }
}
