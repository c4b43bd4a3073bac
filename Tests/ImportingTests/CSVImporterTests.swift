import Foundation
import HDF5
import TestScale
import Testing

import Importing

@Suite struct CSVImporterTests {
  private let people = """
    name,age,city,joined
    "Smith, J",31,Rom,1970-01-02
    Ada,,"Köln ""am"" Rhein",1970-01-03T12:00:00Z
    "new
    line", 7.5 ,Rom,1969-12-31

    """

  private func classes(_ file: HDF5File, _ name: String) throws -> [String] {
    guard case .strings(let names) = try file.attribute("classes", of: name) else { return [] }
    return try file.values(name, Int32.self).map { names[Int($0)] }
  }

  @Test(arguments: ["\n", "\r\n"]) func columnsBecomeWhatTheyHold(lineEnd: String) throws {
    let scratch = try Scratch()
    let text = people.replacing("\n", with: lineEnd)
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let (file, summary) = try scratch.imported("a.csv", mark + Array(text.utf8), ["missing=mask"])
    #expect(try file.values("x", Float.self) == [31, 1, 0, 2.5, 7.5, -1])
    #expect(try file.values("mask", UInt8.self) == [1, 1, 0, 1, 1, 1])
    #expect(try file.readStrings("columns") == ["age", "joined"])
    #expect(try classes(file, "city") == ["Rom", "Köln \"am\" Rhein", "Rom"])
    #expect(try classes(file, "name") == ["Smith, J", "Ada", "new\(lineEnd)line"])
    #expect(summary.notes[0].contains("','") && summary.notes[0].contains("header=no"))
  }

  @Test func missingValuesNeedADecision() throws {
    let scratch = try Scratch()
    let text = "a,b,c\n1,2,u\n,3,v\n4,?,\n5,N/A,w\n6,7,u\n"
    #expect(
      scratch.refusal("a.csv", text.utf8).contains(
        "line 3, column 'a': unsupported: expected a number, found nothing"))
    let dropped = try scratch.imported("a.csv", text.utf8, ["missing=drop"])
    #expect(try dropped.file.values("x", Float.self) == [1, 2, 6, 7])
    #expect(try classes(dropped.file, "c") == ["u", "u"])
    #expect(dropped.summary.notes.contains { $0.hasPrefix("3 rows with missing") })
    let masked = try scratch.imported("a.csv", text.utf8, ["missing=mask", "categories=onehot"])
    #expect(try masked.file.readStrings("columns") == ["a", "b", "c=u", "c=v", "c=w"])
    #expect(
      try masked.file.values("x", Float.self)
        == [1, 2, 1, 0, 0, 0, 3, 0, 1, 0, 4, 0, 0, 0, 0, 5, 0, 0, 0, 1, 6, 7, 1, 0, 0])
    #expect(
      try masked.file.values("mask", UInt8.self)
        == [1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1])
    #expect(try classes(masked.file, "c") == ["u", "v", "(missing)", "w", "u"])
    let others = try scratch.imported(
      "a.csv", "a\n1\n-9\n".utf8, ["missing=drop", #"missingTexts=["-9"]"#])
    #expect(try others.file.values("x", Float.self) == [1])
  }

  @Test func labelsAndCategoriesAreNamed() throws {
    let scratch = try Scratch()
    let text = "x,kind,y\n1,10,0.5\n2,9,1.5\n3,10,0\n"
    let file = try scratch.imported("a.csv", text.utf8, ["labels=kind", #"exclude=["y"]"#]).file
    #expect(try classes(file, "labels") == ["10", "9", "10"])
    #expect(try file.attribute("classes", of: "labels") == .strings(["9", "10"]))
    #expect(try file.readStrings("columns") == ["x"])
    let numbers = try scratch.imported("a.csv", text.utf8, ["labels=y", #"categorical=["x"]"#]).file
    #expect(try numbers.values("labels", Float.self) == [0.5, 1.5, 0])
    #expect(try numbers.readStrings("columns") == ["kind"])
    // 'x' is the data, so the column of that name steps aside.
    #expect(try classes(numbers, "x_2") == ["1", "2", "3"])
    let few = try scratch.imported("a.csv", text.utf8, [#"columns=["y","x"]"#]).file
    #expect(try few.readStrings("columns") == ["x", "y"])
  }

  @Test func formsAreFoundOut() throws {
    let scratch = try Scratch()
    for (text, options, columns, values) in [
      ("a;b\n1,5;2\n", ["decimal=,"], ["a", "b"], [1.5, 2]),
      ("a\tb\n1\t2\n", [], ["a", "b"], [1, 2]),
      ("1|2\n3|4\n", [], ["column1", "column2"], [1, 2, 3, 4]),
      ("1 2\n3 4\n", [], ["column1", "column2"], [1, 2, 3, 4]),
      ("0,1,2\n7,8,9\n", [], ["0", "1", "2"], [7, 8, 9]),
      ("0,1,2\n7,8,9\n", ["header=no"], ["column1", "column2", "column3"], [0, 1, 2, 7, 8, 9]),
      (",a,a\n0,5,6\n1,7,8", [], ["a", "a_2"], [5, 6, 7, 8]),
      ("a\n\n1\n\n2\n", [], ["a"], [1, 2]), ("\"a\",b\n\"1\",\"2\"\n", [], ["a", "b"], [1, 2]),
      ("a,b,\n1,2,\n", [], ["a", "b"], [1, 2]),
    ] as [(String, [String], [String], [Float])] {
      let file = try scratch.imported("a.csv", text.utf8, options).file
      #expect(try file.readStrings("columns") == columns, "\(text)")
      #expect(try file.values("x", Float.self) == values, "\(text)")
    }
  }

  @Test func whatIsWrongIsSaidWithLineAndColumn() throws {
    let scratch = try Scratch()
    let ten = (1...10).map { "\($0)\n" }.joined()
    for (text, options, words) in [
      ("a,b\n1,2\n3\n", [], "line 3: malformed: expected 2 fields"),
      ("a,b\n\"x\ny\",2\n3,4,5\n", [], "line 4: "), ("a,b\n1,\"2\n", [], "a quote at the end"),
      ("a,b\n\"1\"x,2\n", [], "line 2: malformed: expected a ',' behind the quote"),
      ("a\n\(ten)x\n", [], "line 12, column 'a': malformed: expected a number"),
      ("a\n1\n1e39\n", [], "line 3, column 'a'"), ("a\n1\ninf\n", [], "line 3, column 'a'"),
      ("a,b\n1,2\n", [#"columns=["c"]"#], "no 'c'"), ("age\n1\n", ["labels=agee"], "'age'?"),
      ("a\nx\ny\n", [], "categories=onehot"),
      ("a,b\n1,x\n2,y\n", ["labels=b", "categoryLimit=1"], "categoryLimit"),
      ("", [], "at least one line"), ("a,b\n", [], "at least one column"),
      ("a\n1\n", ["delimiter=ab"], "one character"), ("a\n1\n", ["dateOrigin=1.1.2000"], "a date"),
    ] as [(String, [String], String)] {
      let refusal = scratch.refusal("a.csv", text.utf8, options)
      #expect(refusal.contains(words), "\(refusal)")
    }
    let latin = Array("a,b\n1,K".utf8) + [0xF6] + Array("ln\n".utf8)
    #expect(scratch.refusal("a.csv", latin).contains("UTF-8"))
    #expect(scratch.names == ["a.csv"])
  }

  @Test func wrongLinesAreLeftOutWhereAsked() throws {
    let scratch = try Scratch()
    let text = "a,b\n1,2\n3\n" + (1...20).map { "\($0),1\n" }.joined() + "x,1\n4,5\n"
    let (file, summary) = try scratch.imported("a.csv", text.utf8, skipsBad: true)
    #expect(try file.values("x", Float.self).count == 2 * 22)
    #expect(summary.skipped.map(\.object) == ["line 3", "line 24, column 'a'"])
  }

  /// More rows than a batch of blocks has, whose quotes hold line ends.
  @Test func blocksAreJoinedInOrder() throws {
    let scratch = try Scratch()
    let count = 400_000
    var text = "a,b,c\n"
    for row in 0..<count {
      text += "\(row),\"kind\n,\(row % 7)\",\(row == count - 1 ? "x" : "\(Double(row) / 7)")\n"
    }
    let refusal = scratch.refusal("a.csv", text.utf8)
    // Every row but the header's has two lines.
    #expect(refusal.contains("line \(2 * count), column 'c'"), "\(refusal)")
    text.removeLast(2)
    text += "0.5\n"
    let file = try scratch.imported("a.csv", text.utf8).file
    let values = try file.values("x", Float.self)
    #expect(values.count == 2 * count)
    let isEqual = (0..<count - 1).allSatisfy { row in
      values[2 * row] == Float(row) && values[2 * row + 1] == Float(Double(row) / 7)
    }
    #expect(isEqual)
    #expect(try file.values("b", Int32.self) == (0..<count).map { Int32($0 % 7) })
  }

  @Test func manyCategoriesFit() throws {
    let scratch = try Scratch()
    let text = "a,b\n" + (0..<20_000).map { "\($0),t\($0 % 10_000)\n" }.joined()
    let file = try scratch.imported("a.csv", text.utf8, ["categoryLimit=65536"]).file
    #expect(try classes(file, "b") == (0..<20_000).map { "t\($0 % 10_000)" })
    let few = try scratch.imported("a.csv", text.utf8)
    #expect(!few.file.contains("b"))
    #expect(few.summary.notes.contains { $0.contains("more than 1000 different texts") })
  }

  @Test func datesAreCounted() throws {
    func seconds(_ text: String) -> Double? {
      let bytes = Array(text.utf8)
      return TableDate.seconds(bytes.span, 0..<bytes.count)
    }
    var style = Date.ISO8601FormatStyle()
    style.timeZone = .gmt
    for _ in 0..<1000 {
      let moment = Double(Int.random(in: -60_000_000_000...200_000_000_000))
      let text = Date(timeIntervalSince1970: moment).formatted(style)
      // Foundation has the Julian calendar before 1582.
      if moment > -12_000_000_000 { #expect(seconds(text) == moment, "\(text)") }
    }
    #expect(seconds("0000-03-01").map { $0 / 86_400 } == -719_468)
    #expect(seconds("1970-01-01 00:00:01.25") == 1.25)
    #expect(seconds("1970-01-01T02:30+02:30") == 0 && seconds("1970-01-01T00:00-0100") == 3600)
    for text in [
      "2023-02-29", "2024-13-01", "2024-00-01", "2024-01-00", "2024-01-01T", "2024-01-01T24:00",
      "2024-01-01T1:00", "2024-01-01T01:00X", "2024-1-1", "01-01-2024", "2024-01-01Z",
      "2024-01-01T01:00ZZ",
    ] {
      #expect(seconds(text) == nil, "\(text)")
    }
  }

  @Test func damagedFilesAreReadOrRefused() throws {
    let words = [
      "\"", "\n", ",", ";", "nan", "1e999", "\r", "\0", "\u{FEFF}", "2024-01-01",
      "99999999999999999999",
    ]
    try ImportFuzz.run(
      TestScale.count(300, torture: 10_000), name: "a.csv", format: "csv",
      seeds: [Array(people.utf8), Array("0,1,2\n7,8,9\n1,2,x\n".utf8)], words: words,
      options: [
        ["missing=mask"], ["missing=drop", "categories=onehot"], ["header=no"], ["decimal=,"],
        ["missing=mask", "categories=onehot", "dates=seconds"],
      ])
  }
}
