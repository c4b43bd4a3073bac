import Checkpoints
import FileTestSupport
import Files
import Testing
import Training

@Suite struct FaultTests {
  typealias Fault = FaultyFileSystem.Fault

  /// Fails the first operation, then the second, and so on, until a save with its pruning gets
  /// through untouched; what is left must load, and the next save must tidy up.
  ///
  /// - Parameter step: Of the faulty save: a new one, or that of the newest or the oldest checkpoint.
  @Test(arguments: Fault.allCases, [30, 20, 10])
  func anyFaultOfASaveLeavesTheOldOrTheNewCheckpoint(fault: Fault, step: Int) throws {
    for failAt in 1... {
      let place = Comment("\(fault) at operation \(failAt)")
      let folder = try ScratchFolder()
      try folder.save([10, 20], best: 20)
      let files = FaultyFileSystem(fault, failAt: failAt)
      var failure: CheckpointError?
      do {
        // As a training does that was already running: another process opened the folder.
        let store = try folder.store(keep: 1, files: files)
        try store.save(.sample(1000 + step, step: step, epoch: 3), isBest: true)
      } catch let error as CheckpointError {
        failure = error
      }
      let loaded = try #require(try CheckpointLoader(folder: folder.checkpoints).loadLast(), place)
      let new = try Checkpoint.sample(1000 + step, step: step, epoch: 3)
      let isNew = firstDifference(loaded.checkpoint, new) == nil
      let isOld = try firstDifference(loaded.checkpoint, .sample(20)) == nil
      #expect(isNew || (failure != nil && isOld), place)
      #expect(loaded.isHashVerified && loaded.problems.isEmpty, place)
      let best = try #require(
        try CheckpointLoader(folder: folder.checkpoints).loadBest(), place)
      #expect(best.entry == loaded.entry, place)
      // Nothing is removed before the manifest has stopped listing it.
      let listed = try CheckpointLoader(folder: folder.checkpoints).entries().map(\.file)
      #expect(Set(listed).isSubset(of: folder.names), place)
      if !files.reachedFault {
        #expect(failure == nil)
        break
      }
      if fault != .silentlyShort {
        #expect(failure?.code == .inputOutput || failure?.code == .missingFile, place)
      }
      try folder.save([40], keep: 1, best: 40)
      let tidy = ["best.h5", "checkpoints.json", "last.h5", "step-000000040.h5"]
      #expect(folder.names == tidy, place)
    }
  }

  @Test(arguments: Fault.allCases)
  func anyFaultOfAFirstSaveLeavesNothingOrTheCheckpoint(fault: Fault) throws {
    for failAt in 1... {
      let folder = try ScratchFolder()
      let files = FaultyFileSystem(fault, failAt: failAt)
      let saved: Void? = try? {
        try folder.store(files: files).save(.sample(5), isBest: false)
      }()
      let loaded = try CheckpointLoader(folder: folder.checkpoints).loadLast()
      #expect(loaded != nil || saved == nil, "\(fault) at operation \(failAt)")
      if let loaded { #expect(try firstDifference(loaded.checkpoint, .sample(5)) == nil) }
      if !files.reachedFault { break }
    }
  }

  /// One fault of a resume costs a step at most: a checkpoint loads, or the failure is reported.
  @Test(arguments: [Fault.refused, .crashAfter])
  func aFaultOfAResumeIsReported(fault: Fault) throws {
    let folder = try ScratchFolder()
    try folder.save([10, 20])
    for failAt in 1... {
      let files = FaultyFileSystem(fault, failAt: failAt)
      let loader = CheckpointLoader(folder: folder.checkpoints, files: files)
      do {
        let loaded = try #require(try loader.loadLast())
        #expect([10, 20].contains(loaded.entry.step))
        #expect(!loaded.problems.isEmpty || !files.reachedFault, "operation \(failAt)")
      } catch let error as CheckpointError {
        #expect(files.reachedFault && [.inputOutput, .noneUsable].contains(error.code))
      }
      if !files.reachedFault { break }
    }
    #expect(folder.names.count == 4)
  }

  @Test func aFailureNamesOperationFileReasonAndRemedy() throws {
    let folder = try ScratchFolder()
    let store = try folder.store(files: FaultyFileSystem(.diskFull, failAt: 6))
    let error = #expect(throws: CheckpointError.self) {
      try store.save(.sample(1), isBest: false)
    }
    let text = try #require(error).description
    #expect(text.contains("checkpoints"))
    #expect(text.contains("No space left on device"))
    #expect(text.contains("Free some space"))
    #expect(error?.cause is IOFailure)
  }
}
