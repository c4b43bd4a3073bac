import HDF5
import Testing

import Importing

@Suite struct TextTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// Imports what is at a path of the scratch folder.
  private func read(
    _ name: String, _ options: String..., skipsBad: Bool = false
  ) throws -> (file: HDF5File, notes: [String]) {
    let path = scratch.path("\(scratch.names.count).h5")
    let summary = try Importing(scratch.path(name), options: options)
      .write(to: path, skipsBad: skipsBad)
    return (try HDF5File(reading: path), summary.notes)
  }

  private func write(_ text: String, to name: String) throws {
    try scratch.write(Array(text.utf8), to: name)
  }

  @Test func linesBecomeBagsAndTokens() throws {
    try write("\u{FEFF}b, a B!\r\n\r\nc_a Ünï1 c c\r\nzz", to: "a.txt")
    let (file, notes) = try read("a.txt", "maxLength=3", "size=4")
    // b, c and a are there 2, 3 and 2 times; ünï1 and zz once, of which zz comes first.
    #expect(try file.readStrings("vocabulary") == ["c", "a", "b", "zz"])
    #expect(try file.attribute("shape", of: "x") == .integers([3, 4]))
    #expect(try file.read("x/indptr", as: Int64.self) == [0, 2, 4, 5])
    #expect(try file.read("x/indices", as: Int32.self) == [1, 2, 0, 1, 3])
    #expect(try file.read("x/data", as: Float.self) == [1, 2, 3, 1, 1])
    #expect(try file.read("tokens", as: Int32.self) == [2, 1, 2, 0, 1, 0, 3, 0, 0])
    #expect(try file.read("length", as: Int32.self) == [3, 3, 1])
    #expect(
      notes == [
        "4 words of 5 that are in 4 documents",
        "left out 1 documents with fewer than 1 words that count",
        "cut 1 documents after 3 tokens; maxLength says where",
      ])
  }

  @Test func limitsAndStopWordsChooseTheVocabulary() throws {
    try write("the rare word\nthe word x\nthe other x\nthe last", to: "a.txt")
    let all = try read("a.txt", "minDocuments=2", "maxShare=0.5").file
    #expect(try all.readStrings("vocabulary") == ["word", "x"])
    let stopped = try read("a.txt", "stopWords=english", "shortest=2").file
    #expect(try stopped.readStrings("vocabulary") == ["word", "last", "rare"])
    try write("word again\nrare\n", to: "stop")
    let own = try read("a.txt", "stopWords=\(scratch.path("stop"))", "minDocuments=2").file
    #expect(try own.readStrings("vocabulary") == ["the", "x"])
  }

  @Test func readyTokensStayAsTheyAre() throws {
    try write("It 's <unk> N-1\n", to: "a.txt")
    let file = try read("a.txt", "tokens=spaces", "lowercase=false").file
    #expect(try file.readStrings("vocabulary") == ["'s", "<unk>", "It", "N-1"])
    #expect(try file.read("length", as: Int32.self) == [4])
  }

  @Test func aVocabularyFitsTestDataToTrainingData() throws {
    try write("b b a\na c\n", to: "train.txt")
    try write("c d a\nd\n", to: "test.txt")
    _ = try Importing(scratch.path("train.txt")).write(to: scratch.path("train.h5"))
    let file = try read("test.txt", "vocabulary=\(scratch.path("train.h5"))").file
    #expect(try file.readStrings("vocabulary") == ["a", "b", "c"])
    #expect(try file.read("x/indices", as: Int32.self) == [0, 2])
    let unknown = try read("test.txt", "vocabulary=\(scratch.path("train.h5"))", "unknown=<u>").file
    #expect(try unknown.readStrings("vocabulary") == ["a", "b", "c", "<u>"])
    #expect(try unknown.read("x/indices", as: Int32.self) == [0, 2, 3, 3])
  }

  @Test func foldersArePartsAndClasses() throws {
    try write("x y", to: "set/train/pos/1.txt")
    try write("y", to: "set/train/neg/1.txt")
    try write("x z", to: "set/test/pos/deep/1.TXT")
    let file = try read("set").file
    #expect(try file.readStrings("vocabulary") == ["y", "x"])
    #expect(try file.attribute("classes", of: "test/labels") == .strings(["neg", "pos"]))
    #expect(try file.read("train/labels", as: Int32.self) == [0, 1])
    #expect(try file.read("test/labels", as: Int32.self) == [1])
    #expect(try file.read("test/x/indices", as: Int32.self) == [1])
    try write("loose", to: "set/train/README.txt")
    #expect(throws: ImportError.self) { try read("set") }
  }

  @Test func whatIsNoTextIsNamedOrLeftOut() throws {
    try scratch.write(Array("a\n".utf8) + [0xE9, 0x0A] + Array("b\n".utf8), to: "a.txt")
    do {
      _ = try read("a.txt")
      Issue.record("no error")
    } catch let error as ImportError {
      #expect(error.object == "line 2" && error.remedy.contains("latin1"))
    }
    #expect(try read("a.txt", skipsBad: true).file.readStrings("vocabulary") == ["a", "b"])
    #expect(try read("a.txt", "encoding=latin1").file.readStrings("vocabulary") == ["a", "b", "é"])
  }
}
