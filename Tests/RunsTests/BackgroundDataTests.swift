import Configuration
import Datasets
import Examples
import HDF5
import Runs
import Testing
import Training

/// Runs on data that are still being read when training begins: more than 16 MiB.
@Suite struct BackgroundDataTests {
  private static let rows = 131_072
  private let scratch: ScratchFolder

  init() throws { scratch = try ScratchFolder() }

  /// Writes `data.h5` with float images, of which one may hold a NaN.
  private func write(notANumberIn row: Int? = nil) throws {
    let file = try HDF5File.create(at: scratch.path("data.h5"))
    var values = (0..<Self.rows * 36).map { Float($0 % 97) / 97 }
    if let row { values[row * 36 + 7] = .nan }
    try file.write("train/images", shape: [Self.rows, 6, 6], values: values.span)
    try file.write("test/images", shape: [12, 6, 6], values: values.span.extracting(..<(12 * 36)))
    try file.close()
  }

  @Test func theFirstStepIsTimedFromTheStartOfTheProcess() throws {
    try write()
    let run = try TrainingRun(
      RunSample.configuration(data: scratch.path("data.h5"), ["training.steps=2"]),
      output: scratch.path("run"))
    #expect(run.firstStepSeconds == nil)
    let outcome = try run.run()
    #expect(outcome.reason == .completed && !outcome.isUnsaved)
    let seconds = try #require(run.firstStepSeconds)
    #expect(seconds >= 0 && seconds < 3600)
    let status = try JSONNode.parse(scratch.text("run/status.json"), file: "status.json")
    #expect(try status["firstStepSeconds"]?.number(in: 0...3600) == seconds)
  }

  /// A fault in a row that no step has used yet: nothing is saved, the message names it, and the
  /// folder is free for another try.
  @Test(arguments: [1, 3])
  func nothingIsSavedFromFaultyData(steps: Int) throws {
    try write(notANumberIn: Self.rows - 1)
    let events = RunSample.Events()
    let error = #expect(throws: DatasetError.self) {
      try RunSample.train(scratch, "run", ["training.steps=\(steps)"], events: events)
    }
    #expect(error?.code == .notFinite && error?.found == "nan in row \(Self.rows - 1)")
    #expect(!events.names.contains("saved"))
    #expect(try scratch.names("run/checkpoints").isEmpty)
    try scratch.remove("data.h5")
    try write()
    try RunSample.train(scratch, "run", ["training.steps=\(steps)"])
  }

  @Test func checkingDataFindsTheFault() throws {
    try write(notANumberIn: 50)  // Not among those that are read at once as test examples.
    let configuration = try RunSample.configuration(data: scratch.path("data.h5"))
    #expect(throws: DatasetError.self) {
      try RunData(configuration.data, seed: 0).finishReading()
    }
  }
}
