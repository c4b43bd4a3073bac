import Configuration
import Testing

@Suite struct NearestNameTests {
  private static let names = [
    "channels", "kernel", "padding", "stride", "batchSize", "epochs", "learningRate", "seed",
  ]

  @Test(
    arguments: [
      ("chanels", "channels"), ("Channels", "channels"), ("hcannels", "channels"),
      ("chan", "channels"), ("kernels", "kernel"), ("KERNEL", "kernel"), ("paddings", "padding"),
      ("strude", "stride"), ("batch", "batchSize"), ("batchsize", "batchSize"), ("epoch", "epochs"),
      ("batch_size", "batchSize"), ("learning_rate", "learningRate"),
      ("lerningrat", "learningRate"),
      ("sede", "seed"), ("epochsMax", "epochs"), ("st", "stride"), ("s", nil), ("", nil),
      ("lr", nil),
      ("dropout", nil), ("momentum", nil), (String(repeating: "kernel", count: 100), nil),
    ] as [(String, String?)])
  func finds(word: String, name: String?) {
    #expect(nearestName(to: word, among: Self.names) == name)
  }

  @Test func swappedNeighboursAreOneEdit() {
    #expect(nearestName(to: "abdc", among: ["axdx", "abcd"]) == "abcd")
    // A swap (1) beats two substitutions (2), though the other comes first.
    #expect(nearestName(to: "abdcxy", among: ["abddxx", "abcdxy"]) == "abcdxy")
  }

  @Test func ranksBeginningsThenEditsThenOrder() {
    #expect(nearestName(to: "step", among: ["stop", "stepsPerEpoch", "steps"]) == "steps")
    #expect(nearestName(to: "cat", among: ["bat", "hat"]) == "bat")
    #expect(nearestName(to: "cat", among: ["hat", "bat"]) == "hat")
    #expect(nearestName(to: "cat", among: []) == nil)
  }

  @Test func nothingInCommonIsNotClose() {
    #expect(nearestName(to: "xy", among: ["ab"]) == nil)
    #expect(nearestName(to: "xy", among: ["ab", "xb"]) == "xb")
  }

  /// `max(2, count / 3)` edits are close, one more is not.
  @Test(arguments: [("abcdefghi", "abcxyzghi", true), ("abcdefghi", "abwxyzghi", false)])
  func limitGrowsWithTheWord(word: String, name: String, isClose: Bool) {
    #expect((nearestName(to: word, among: [name]) != nil) == isClose)
  }
}
