import Checkpoints
import FileTestSupport
import Files
import Foundation
import HDF5
import Testing
import Training

/// No checkpoint with a number that is not finite is ever published; minibatches that led to one are.
@Suite struct NonFiniteTests {
  @Test(arguments: [Float.nan, .infinity, -.infinity], [false, true])
  func aSnapshotThatIsNotFiniteIsRefused(value: Float, inMoment: Bool) throws {
    let folder = try ScratchFolder()
    try folder.save([10])
    var checkpoint = try Checkpoint.sample(20)
    if inMoment {
      checkpoint.snapshot.states[1].arrays[1].values[3] = value
    } else {
      checkpoint.snapshot.parameters[0].values[41] = value
    }
    let store = try folder.store()
    let names = folder.names
    let error = #expect(throws: CheckpointError.self) {
      try store.save(checkpoint, isBest: true)
    }
    #expect(error?.code == .notFinite)
    let place =
      inMoment ? "/optimizer/firstMoment/encoder.conv1.bias" : "/parameters/encoder.conv1.weight"
    #expect(error?.object == place)
    #expect(error?.found == "\(value) at position \(inMoment ? 3 : 41)")
    #expect(folder.names == names)
    #expect(try store.loader.loadLast()?.entry.step == 10)
  }

  /// The newest checkpoints that training may go back to stay, however many others follow.
  @Test func anchorsStay() throws {
    let folder = try ScratchFolder()
    let store = try CheckpointStore(
      folder: folder.checkpoints, keep: 1, anchors: Anchors(count: 2, periods: [20, 50, 30, 10]))
    func save(_ steps: Int...) throws {
      for step in steps {
        try store.save(.sample(step), isBest: step == 13)
      }
    }
    try save(10, 13, 17, 20, 21, 23)
    #expect(try store.loader.entries().map(\.step) == [10, 13, 20, 23])
    try save(30)
    #expect(try store.loader.entries().map(\.step) == [13, 20, 30])
    // One that training went back to is the newest.
    try save(20)
    #expect(try store.loader.entries().map(\.step) == [13, 30, 20])
  }

  private static let minibatch = SavedMinibatch(
    fields: [
      SavedMinibatch.Values(
        name: "x", shape: [2, 2], values: (0..<12).map { Float($0) } + [.nan, .infinity, 1, 2]),
      SavedMinibatch.Values(
        name: "label", shape: [2], classes: ["a", "b"], values: [0, 1, 1, 0, 1, 0, 0, 1]),
    ],
    indices: [9, 4_000_000_000, 0, 7],
    attributes: [("step", .integer(12)), ("place", .text("decoder.dense1: matmul"))])

  @Test func aMinibatchIsWrittenWhole() throws {
    let folder = try ScratchFolder()
    try Self.minibatch.write(to: folder.path("m.h5"))
    let file = try HDF5File(reading: folder.path("m.h5"))
    #expect(try file.info("/fields/x").shape == [4, 2, 2])
    for field in Self.minibatch.fields {
      let values = try file.read("/fields/\(field.name)", as: Float.self)
      #expect(values.map(\.bitPattern) == field.values.map(\.bitPattern))
    }
    #expect(try file.attribute("classes", of: "/fields/label") == .strings(["a", "b"]))
    #expect(try file.attribute("classes", of: "/fields/x") == nil)
    #expect(try file.read("/indices", as: Int64.self) == [9, 4_000_000_000, 0, 7])
    #expect(try file.attribute("step", of: "/") == .integer(12))
    #expect(try file.attribute("place", of: "/") == .string("decoder.dense1: matmul"))
    #expect(try file.attribute("format", of: "/") == .string("vae-dp minibatch"))
  }

  /// Whatever fails, the file is the whole new one or still the whole old one, if there was one.
  @Test(arguments: [
    FaultyFileSystem.Fault.refused, .doneButReported, .diskFull, .crashBefore, .crashAfter,
  ])
  func aMinibatchIsThereWholeOrNotAtAll(fault: FaultyFileSystem.Fault) throws {
    let old = SavedMinibatch(
      fields: [SavedMinibatch.Values(name: "x", shape: [2, 2], values: [1, 2, 3, 4])], indices: [3],
      attributes: [])
    for (failAt, hasOld) in (1...99).flatMap({ [($0, false), ($0, true)] }) {
      let folder = try ScratchFolder()
      let files = FaultyFileSystem(fault, failAt: failAt)
      let path = folder.path("m.h5")
      if hasOld { try old.write(to: path) }
      let isWritten: Void? = try? Self.minibatch.write(to: path, files: files)
      let place = Comment("\(fault) at operation \(failAt), \(hasOld ? "an" : "no") old file")
      if let file = try? HDF5File(reading: path) {
        let count = try file.read("/indices", as: Int64.self).count
        #expect(count == 4 || hasOld && isWritten == nil && count == 1, place)
      } else {
        #expect(isWritten == nil && !hasOld, place)
        #expect(!FileManager.default.fileExists(atPath: path), place)
      }
      if !files.reachedFault { break }
    }
  }
}
