import Testing

/// A dry run refuses what a training refuses before it touches its folder.
@Suite struct DryRunTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  @Test(arguments: [
    ["training.groups=[{\"parameters\": [\"encodr.*\"]}]"],
    ["training.batchSize=1", "model.encoder=[{\"dense\": {\"units\": 4}}, \"batchNorm\"]"],
    ["model.decoder=[\"relu\"]"],
  ])
  func itSaysWhatATrainingSays(overrides: [String]) throws {
    let arguments = ["train", "small.json", "--output", "run"] + overrides
    let (dry, real) = (
      try Program(arguments + ["--dry-run"], in: folder).wait(),
      try Program(arguments, in: folder).wait()
    )
    #expect(dry.code == 78 && real.code == 78, "\(dry.errors)")
    #expect(dry.errors == real.errors)
    #expect(!folder.exists("run"))
  }

  /// The shards, and with them the memory of a worker, follow the threads.
  @Test(arguments: ["1", "2"])
  func itShowsWhatATrainingShows(threads: String) throws {
    let arguments = ["train", "small.json", "training.shards=null", "--threads", threads]
    let dry = try Program(arguments + ["--dry-run"], in: folder).wait()
    let real = try Program(arguments + ["--output", "run"], in: folder).wait()
    #expect(dry.code == 0 && real.code == 0, "\(dry.errors)\(real.errors)")
    func memory(_ text: String) -> Substring? {
      text.split(separator: "\n").first { $0.hasSuffix("of working memory per worker") }
    }
    #expect(memory(dry.output) != nil && memory(dry.output) == memory(real.errors))
  }
}
