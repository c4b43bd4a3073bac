import Examples
import HDF5
import Runs
import Testing
import Training

/// Trainings on more data than `data.memory` allows.
@Suite struct StreamedRunTests {
  private let scratch: ScratchFolder
  /// 60,000 examples of 36 floats in 8.2 MiB, of which two windows of two blocks have room.
  private static let overrides = [
    "data.memory=6MB", "data.validation=null", "data.test=null", "training.batchSize=1000",
    "training.epochs=2", "training.reportEverySteps=10",
    "checkpoints={\"everySteps\": 20, \"everyMinutes\": null, \"keep\": 3}",
  ]

  init() throws {
    scratch = try ScratchFolder()
    let values = (0..<60_000 * 36).map { Float(($0 * 7919) % 1009) / 1009 }
    let file = try HDF5File.create(at: scratch.path("data.h5"))
    try file.write("train/images", shape: [60_000, 6, 6], values: values.span, deflate: 1)
    try file.close()
  }

  private func train(
    _ run: String, _ more: [String] = [], resume: Resume = .never, threads: Int,
    until step: Int? = nil
  ) throws -> Trainer {
    try RunSample.train(
      scratch, run, Self.overrides + more, resume: resume, threads: threads, until: step
    ).trainer
  }

  /// Stopped within a window and within an epoch, with other numbers of threads, and at last with memory for everything: the
  /// same bits.
  @Test func continuesToTheSameBits() throws {
    let whole = try train("whole", threads: 1)
    let window = try #require(whole.state.window)
    #expect(window.blockCount == 2 && window.rowCount < 30_000)
    #expect(whole.state.step == 120)
    for (threads, stop) in [(3, 7), (2, 60), (1, 71)] {
      let trainer = try train("run", resume: .automatic, threads: threads, until: stop)
      #expect(trainer.state.step == stop)
    }
    let trainer = try train("run", ["data.memory=1GB"], resume: .automatic, threads: 2)
    #expect(trainer.state.window == window)
    #expect(bits(trainer.parameters) == bits(whole.parameters))
    let inMemory = try train("memory", ["data.memory=1GB"], threads: 2)
    #expect(inMemory.state.window == nil)
    #expect(bits(inMemory.parameters) != bits(whole.parameters))
  }

  /// With less memory than the window needs, examples would be read again and again.
  @Test func lessMemoryThanTheWindowNeedsIsTold() throws {
    _ = try train("run", threads: 2, until: 5)
    let error = #expect(throws: RunError.self) {
      try train("run", ["data.memory=3MB"], resume: .automatic, threads: 2)
    }
    #expect(error?.code == .tooLarge && error?.object == "data.memory")
    _ = try train("all", ["data.memory=1GB"], threads: 2, until: 5)
    #expect(throws: RunError.self) { try train("all", resume: .automatic, threads: 2) }
  }
}
