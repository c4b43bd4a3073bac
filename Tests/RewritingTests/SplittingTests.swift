import HDF5
import Rewriting
import Testing

@Suite struct SplittingTests {
  private let scratch: Scratch
  private let source: String

  init() throws {
    scratch = try Scratch()
    source = scratch.path("source.h5")
    try writeSample(source)
  }

  /// The examples of each part that is there.
  private func parts(_ options: [String], of source: String? = nil) throws -> [[Int64]] {
    let path = scratch.path("out.h5")
    _ = try Splitting(source ?? self.source, options: options).write(to: path, replacing: true)
    let file = try HDF5File(reading: path)
    return try ["train", "validation", "test"].filter { file.contains($0) }.map { part in
      let ids = try file.read("\(part)/id", as: Int64.self)
      #expect(try matches(file, part + "/", ids))
      return ids
    }
  }

  @Test func everyExampleIsInOnePartInOrder() throws {
    let found = try parts([])
    #expect(found.map(\.count) == [800, 100, 100])
    #expect(found.flatMap { $0 }.sorted() == Array(0..<1000))
    #expect(found.allSatisfy { $0 == $0.sorted() })
    #expect(found == (try parts(["seed=0"])))
    #expect(found != (try parts(["seed=1"])))
  }

  @Test func eachClassHasItsShareToWithinOne() throws {
    let found = try parts(["stratify=labels"])
    for (ids, share) in zip(found, [0.8, 0.1, 0.1]) {
      for (label, size) in [(0, 91), (1, 91), (2, 91), (3, 727)] {
        let count = ids.filter { min(3, $0 % 11) == label }.count
        let distance = abs(Double(count) - share * Double(size))
        #expect(distance < 1, "\(count) of \(size)")
      }
    }
    #expect(found.map(\.count) == [800, 100, 100])
  }

  @Test func aGroupStaysTogether() throws {
    let found = try parts(["group=patient", "train=0.6", "validation=0.2", "test=0.2"])
    let groups: [Set<Int64>] = found.map { ids in Set(ids.map { $0 % 17 }) }
    #expect(groups.map(\.count).reduce(0, +) == 17)
    for (ids, wanted) in zip(found, [600, 200, 200]) { #expect(abs(ids.count - wanted) <= 59) }
    let few = scratch.path("few.h5")
    try writeSample(few, rows: 3)
    #expect(try parts(["group=patient"], of: few).map(\.count) == [1, 1, 1])
  }

  @Test func timeOnlyGoesForward() throws {
    let found: [[Int64]] = try parts(["time=time"]).map { ids in ids.map { $0 * 7 % 1000 } }
    #expect(found.map { $0.max() } == [799, 899, 999])
    #expect(found.map { $0.min() } == [0, 800, 900])
  }

  @Test func aPartIsCutAndTheOthersStay() throws {
    let two = scratch.path("two.h5")
    _ = try Splitting(source, options: ["validation=0", "test=0.2"]).write(to: two)
    #expect(throws: RewriteError.self) { try parts([], of: two) }
    let before = try HDF5File(reading: two).read("test/id", as: Int64.self)
    let found = try parts(["part=train", "stratify=labels"], of: two)
    #expect(found.map(\.count) == [720, 80, 200])
    #expect(found[2] == before)
  }

  @Test func whatLiesBesideCodesGoesAlong() throws {
    let path = scratch.path("table.h5")
    try HDF5File.write(to: path) { file in
      let x = [Float](repeating: 1, count: 20)
      try file.write("x", shape: [10, 2], values: x.span)
      let codes = (0..<10).map { Int32($0 % 2) }
      try file.write("obs/kind/codes", shape: [10], values: codes.span)
      try file.writeStrings("obs/kind/categories", ["a", "b"])
      try file.setAttribute("encoding-type", of: "obs/kind", to: .string("categorical"))
    }
    _ = try Splitting(path, options: ["stratify=obs/kind"]).write(to: scratch.path("out.h5"))
    let file = try HDF5File(reading: scratch.path("out.h5"))
    for part in ["train", "validation", "test"] {
      #expect(try file.readStrings("\(part)/obs/kind/categories") == ["a", "b"])
      let form = try file.attribute("encoding-type", of: "\(part)/obs/kind")
      #expect(form == .string("categorical"))
    }
    #expect(!file.contains("obs"))
  }

  @Test(arguments: [
    (["train=0.9"], "train 0.9 + validation 0.1 + test 0.1"),
    (["stratify=labels", "group=patient"], "at most one of stratify, group and time"),
    (["stratify=vocabulary"], "one entry for each of 1000 examples"),
    (["group=nothing"], "no object of this name"),
    (["group=time"], "integers or texts"),
    (["part=train"], "Leave out part"),
    (["examples=counts/data"], "none with rows"),
    (["seeds=1"], "seed"),
  ])
  func whatIsAskedWrongIsToldInOneLine(options: [String], words: String) throws {
    let error = #expect(throws: (any Error).self) {
      _ = try Splitting(source, options: options).write(to: scratch.path("out.h5"))
    }
    let text = "\(try #require(error))"
    #expect(text.contains(words), "\(text)")
    #expect(scratch.names == ["source.h5"])
  }

  @Test func whatIsEndedLeavesNothing() throws {
    struct Stop: Error {}
    #expect(throws: Stop.self) {
      _ = try Splitting(source).write(to: scratch.path("out.h5")) { done in
        if done > 0.5 { throw Stop() }
      }
    }
    #expect(scratch.names == ["source.h5"])
  }
}
