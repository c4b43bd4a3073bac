import Runs
import Testing
import Training

/// `--threads auto` changes no bit.
@Suite struct ChosenThreadsTests {
  /// The trial leaves no trace in the run.
  @Test func aChosenNumberTrainsToTheSameBits() throws {
    let scratch = try ScratchFolder()
    try scratch.writeData()
    let expected = try RunSample.train(scratch, "fixed", threads: 1)
    let events = RunSample.Events()
    let found = try RunSample.train(
      scratch, "auto", threads: nil, choosesThreads: true, events: events)
    #expect(bits(found.trainer.parameters) == bits(expected.trainer.parameters))
    #expect(found.trainer.state.step == expected.trainer.state.step)
    #expect(events.names.first == "threads")
  }
}
