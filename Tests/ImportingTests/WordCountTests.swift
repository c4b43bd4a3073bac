import HDF5
import Testing

import Importing

@Suite struct WordCountTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func write(_ text: String, to name: String) throws {
    try scratch.write(Array(text.utf8), to: name)
  }

  @Test func filesOfAFolderArePartsOfTheSameWordsAndLabels() throws {
    try write("10 3:2 1:1 3:1\n9 2:0\n", to: "set/train.feat")
    try write("9 4:1.5\n", to: "set/test.feat")
    try write("eins 0 \nzwei 0 \ndrei 0 \nvier 0 \n", to: "set/vocab.new")
    _ = try Importing(scratch.path("set")).write(to: scratch.path("a.h5"))
    let file = try HDF5File(reading: scratch.path("a.h5"))
    #expect(try file.readStrings("vocabulary") == ["eins", "zwei", "drei", "vier"])
    #expect(try file.attribute("shape", of: "train/x") == .integers([2, 4]))
    #expect(try file.read("train/x/indptr", as: Int64.self) == [0, 2, 2])
    #expect(try file.read("train/x/indices", as: Int32.self) == [0, 2])
    #expect(try file.read("train/x/data", as: Float.self) == [1, 3])
    #expect(try file.read("test/x/data", as: Float.self) == [1.5])
    #expect(try file.attribute("classes", of: "train/labels") == .strings(["9", "10"]))
    #expect(try file.read("train/labels", as: Int32.self) == [1, 0])
    #expect(try file.read("test/labels", as: Int32.self) == [0])
  }

  @Test(arguments: [
    "1 0:1", "1 5:1", "1 2:-1", "1 2:nan", "1 2", "2:1", "1 2:1:1", "1 99999999999999999999:1",
  ])
  func aWrongLineIsNamed(line: String) throws {
    try write("1 1:1\n\(line)\n", to: "a.feat")
    try write("a\nb\nc\nd\n", to: "vocab.txt")
    do {
      _ = try Importing(scratch.path("a.feat")).write(to: scratch.path("a.h5"))
      Issue.record("no error")
    } catch let error as ImportError {
      #expect(error.object == "line 2" && error.code == .malformed)
    }
    let summary = try Importing(scratch.path("a.feat"))
      .write(to: scratch.path("b.h5"), skipsBad: true)
    #expect(summary.skipped.count == 1 && summary.datasets[0].shape == [1, 4])
  }
}
