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
}
