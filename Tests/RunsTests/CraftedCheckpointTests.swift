import Checkpoints
import DataParallel
import Evaluation
import Examples
import Files
import Foundation
import GraphRuns
import Runs
import Testing
import Training

/// Checkpoints that are whole, digest and all, and say what no training saved.
@Suite struct CraftedCheckpointTests {
  private let scratch: ScratchFolder
  private let older: [UInt8]
  private let newest: StoredCheckpoint

  init() throws {
    scratch = try ScratchFolder()
    try scratch.writeData()
    try RunSample.train(scratch, "run", until: 7)
    older = try scratch.bytes("run/checkpoints/step-000000006.h5")
    newest = try CheckpointFile.read(
      scratch.bytes("run/checkpoints/step-000000007.h5"), name: "step 7")
  }

  /// Makes a folder of the checkpoint of step 6 and a changed one of step 7, without a manifest.
  private func craft(
    step: Int = 7, epoch: Int = 1, _ change: (inout StoredCheckpoint) -> Void
  ) throws -> String {
    try scratch.remove("run/checkpoints")
    let files = LocalFileSystem()
    try files.createFolder(scratch.path("run/checkpoints"))
    try files.write(older, to: scratch.path("run/checkpoints/step-000000006.h5"))
    var stored = newest
    stored.label = CheckpointLabel(step: step, epoch: epoch, isBest: false)
    change(&stored)
    let path = scratch.path("run/checkpoints/\(CheckpointEntry.fileName(step: step))")
    try CheckpointFile.write(stored, to: path)
    return path
  }

  /// No command takes it, the object is named, and going on passes it over for the older one.
  private func expectRefusal(
    _ path: String, of object: String, _ code: CheckpointError.Code? = nil
  ) throws {
    for resume in [Resume.path(path), nil] {
      let error = #expect(throws: CheckpointError.self, "\(object)") {
        if let resume {
          try RunSample.train(scratch, "other", resume: resume, until: 8)
        } else {
          _ = try TrainedModel(path)
        }
      }
      #expect(error?.file == path && error?.object == object, "\(error.map { "\($0)" } ?? "")")
      if let code { #expect(error?.code == code) }
    }
    let events = RunSample.Events()
    try RunSample.train(scratch, "run", resume: .automatic, until: 8, events: events)
    #expect(events.lines.contains { $0.hasPrefix("skipped \(path): ") }, "\(events.lines)")
    #expect(events.lines.contains("resumed 6 []"), "\(events.lines)")
  }

  /// What stands in `/state`, what replaces it, and the key that is named.
  @Test(arguments: [
    (#""epoch":1,"#, #""epoch":-5,"#, "epoch"), (#""offset":24"#, #""offset":-1"#, "offset"),
    (#""shards":2"#, #""shards":0"#, "shards"), (#""shards":2"#, #""shards":3"#, "shards"),
    (#""shards":2"#, #""shards":1000000000"#, "shards"),
    (#""step":7}"#, #""step":8}"#, "step"),
    (#""step":7}"#, #""step":4611686018427387904}"#, "step"),
    (#""factor":1"#, #""factor":-1"#, "plateaus[0].factor"), (#""offset":24,"#, "", "offset"),
    (#""offset":24"#, #""offset":null"#, "offset"),
    (#""history":[{"#, #""history":[0,{"#, "history[0]"),
  ])
  func aStateThatNoTrainingSavesIsRefused(old: String, new: String, key: String) throws {
    let path = try craft { stored in
      #expect(stored.state.contains(old), "\(stored.state)")
      stored.state = stored.state.replacing(old, with: new)
    }
    try expectRefusal(path, of: "/state \(key)", .damaged)
  }

  @Test func sumsOfAnotherLengthAreRefused() throws {
    for key in ["epochSums", "reportSums"] {
      let path = try craft { stored in
        let start = stored.state.range(of: "\"\(key)\":")!.upperBound
        let sums = stored.state.range(
          of: #""sums":\[[^\]]*\]"#, options: .regularExpression,
          range: start..<stored.state.endIndex)!
        stored.state.replaceSubrange(sums, with: #""sums":[1,2,3]"#)
      }
      try expectRefusal(path, of: "/state \(key).sums", .damaged)
    }
  }

  @Test func attributesThatContradictTheStateAreRefused() throws {
    try expectRefusal(craft(step: 9) { _ in }, of: "/state step", .damaged)
    try expectRefusal(craft(epoch: 0) { _ in }, of: "/state epoch", .damaged)
  }

  /// A layer of 2²⁴ units beside the small tensors: nothing of the size is allocated.
  @Test func aModelLargerThanItsArraysIsRefused() throws {
    let path = try craft {
      $0.configuration = $0.configuration.replacing("\"units\": 8", with: "\"units\": 16777216")
    }
    try expectRefusal(path, of: "/parameters/encoder.dense1.weight", .shapeMismatch)
  }

  @Test func otherArraysAreRefused() throws {
    var path = try craft { $0.parameters[0].values[3] = .nan }
    try expectRefusal(path, of: "/parameters/encoder.dense1.weight", .notFinite)
    path = try craft { $0.parameters.removeLast() }
    #expect(throws: CheckpointError.self) { _ = try TrainedModel(path) }
    path = try craft {
      $0.parameters.append(NamedArray(name: "more.weight", shape: [1], values: [0]))
    }
    try expectRefusal(path, of: "/parameters/more.weight", .damaged)
    path = try craft { $0.states[1].arrays[0].values[0] = -1 }
    try expectRefusal(path, of: "/optimizer/secondMoment/encoder.dense1.weight", .damaged)
    path = try craft { $0.states.removeLast() }
    try expectRefusal(path, of: "/optimizer", .damaged)
  }

  @Test func otherTextsAreRefused() throws {
    var path = try craft { $0.configuration = $0.configuration.replacing("bernoulli", with: "x") }
    try expectRefusal(path, of: "/configuration", .damaged)
    path = try craft { $0.environment = "{}" }
    try expectRefusal(path, of: "/environment", .damaged)
    for key in ["cores", "dataScale", "threads"] {
      path = try craft { stored in
        let start = "\"\(key)\" : "
        #expect(stored.environment.contains(start), "\(stored.environment)")
        stored.environment = stored.environment.replacing(start, with: start + "-")
      }
      try expectRefusal(path, of: "/environment", .damaged)
    }
    path = try craft { $0.state = "no JSON" }
    try expectRefusal(path, of: "/state", .damaged)
  }

  /// An epoch's end without an example of it.
  @Test func anEpochWithoutSumsDoesNotEnd() throws {
    let path = try craft { stored in
      stored.state = stored.state.replacing(#""offset":24"#, with: #""offset":32"#)
        .replacing(#""exampleCount":24"#, with: #""exampleCount":0"#)
        .replacing(#""stepCount":3"#, with: #""stepCount":0"#)
    }
    let error = #expect(throws: CheckpointError.self) {
      try RunSample.train(scratch, "other", resume: .path(path), until: 9)
    }
    #expect(error?.object == "/state offset")
  }

  /// Few parameters may still make images that no memory holds.
  @Test func aRunLargerThanTheMemoryIsAnError() throws {
    let model = try TrainedModel(scratch.path("run"))
    model.runner.memoryLimit = 1000
    let error = #expect(throws: MemoryShortage.self) {
      _ = try model.runner.sample(count: 64, seed: 1)
    }
    #expect(error?.rows == 64 && error?.limit == 1000)
    #expect(throws: MemoryShortage.self) {
      _ = try model.runner.evaluate(model.examples(split: "test"))
    }
  }

  @Test func aFinishedTrainingNamesItsLimit() throws {
    for (limit, key) in [
      ("training.epochs=2", "training.epochs is 2"), ("training.steps=8", "training.steps is 8"),
    ] {
      try RunSample.train(scratch, key, [limit])
      let events = RunSample.Events()
      try RunSample.train(scratch, key, [limit], resume: .automatic, events: events)
      #expect(
        events.lines.contains { $0.hasPrefix("warning") && $0.contains(key) }, "\(events.lines)")
    }
  }
}
