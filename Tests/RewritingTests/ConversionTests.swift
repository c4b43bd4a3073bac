import HDF5
import Rewriting
import Testing

@Suite struct ConversionTests {
  private let scratch: Scratch
  private let source: String

  init() throws {
    scratch = try Scratch()
    source = scratch.path("source.h5")
    try writeSample(source)
  }

  private func converted(_ options: [String]) throws -> HDF5File {
    let path = scratch.path("out.h5")
    _ = try Conversion(source, options: options).write(to: path, replacing: true)
    return try HDF5File(reading: path)
  }

  @Test(arguments: [
    ["chunkRows=7"], ["chunk=64KiB"], ["deflate=0"], ["deflate=9"], ["type=float64"], [],
  ])
  func valuesStayWhatTheyAre(options: [String]) throws {
    let file = try converted(options)
    let x = try file.read("x", as: Double.self)
    #expect(x == (0..<3000).map { Double($0) })
    if options != ["type=float64"] {
      #expect(try matches(file, "", Array(0..<1000)))
    }
    let info = try file.info("x")
    #expect(info.chunkRows == (options == ["chunkRows=7"] ? 7 : info.chunkRows))
    #expect(info.filters.contains("deflate") == (options != ["deflate=0"]))
    #expect(info.elementType == (options == ["type=float64"] ? .float64 : .float32))
  }

  /// In memory, in two buckets, and in many: the same order, in which every example is once.
  @Test func aShuffleDependsOnTheSeedAlone() throws {
    let whole = try converted(["shuffle=5"]).read("id", as: Int64.self)
    #expect(whole != Array(0..<1000) && whole.sorted() == Array(0..<1000))
    for memory in ["20KB", "4KiB"] {
      let file = try converted(["shuffle=5", "memory=\(memory)"])
      #expect(try file.read("id", as: Int64.self) == whole)
      #expect(try matches(file, "", whole))
    }
    #expect(try converted(["shuffle=6"]).read("id", as: Int64.self) != whole)
    let some = try converted(["shuffle=5", "memory=4KiB", "limit=30"])
    #expect(try matches(some, "", Array(whole[..<30])))
    #expect(scratch.names == ["out.h5", "source.h5"])
  }

  /// Every type takes what it holds, to its last value, and refuses the next.
  @Test(arguments: [
    ("uint8", 255.0, 256.0), ("uint8", 0, -1), ("int8", -128, -129), ("int16", 32767, 32768),
    ("uint16", 65535, 65536), ("int32", 0x7FFF_FFFF, 0x8000_0000), ("uint32", 4_294_967_295, -1),
    ("int64", 1e15, 0.5), ("float16", 2048, 2049), ("float16", 65504, 65505),
    ("float32", 0.1, 1e39), ("float32", -.infinity, -1e39), ("uint8", 7, .nan),
  ])
  func aTypeTakesWhatItHolds(type: String, held: Double, lost: Double) throws {
    for value in [held, lost] {
      let path = scratch.path("numbers.h5")
      try HDF5File.write(to: path) { file in
        let numbers = [1, 1, value]
        try file.write("x", shape: [3, 1], values: numbers.span)
      }
      let conversion = try Conversion(path, options: ["type=\(type)"])
      if value == held {
        _ = try conversion.write(to: scratch.path("out.h5"), replacing: true)
        let file = try HDF5File(reading: scratch.path("out.h5"))
        #expect("\(try file.info("x").elementType)" == type)
        if type.hasPrefix("float") {
          #expect(try file.read("x", as: Double.self)[2] == Double(Float(value)))
        } else if type != "uint32" {
          #expect(try file.read("x", as: Int64.self)[2] == Int64(value))
        }
      } else {
        let error = #expect(throws: RewriteError.self) {
          _ = try conversion.write(to: scratch.path("other.h5"))
        }
        #expect(error?.code == .lossy && error?.found.hasSuffix("in row 2") == true)
        #expect(!scratch.names.contains("other.h5"))
      }
    }
  }

  @Test func partsAreConvertedEach() throws {
    let path = scratch.path("parts.h5")
    _ = try Splitting(source).write(to: path)
    _ = try Conversion(path, options: ["shuffle=1", "limit=90", "type=float64"])
      .write(to: scratch.path("out.h5"))
    let file = try HDF5File(reading: scratch.path("out.h5"))
    for part in ["train", "validation", "test"] {
      #expect(try file.info("\(part)/x").shape == [90, 3])
      #expect(try file.info("\(part)/x").elementType == .float64)
      #expect(try file.info("\(part)/labels").elementType == .int32)
      let ids = try file.read("\(part)/id", as: Int64.self)
      let x = try file.read("\(part)/x", as: Double.self)
      let wanted: [Double] = ids.flatMap { id in
        [3 * id, 3 * id + 1, 3 * id + 2].map { Double($0) }
      }
      #expect(x == wanted)
    }
  }

  @Test(arguments: [0.2, 0.6])
  func whatIsEndedLeavesNothing(share: Double) throws {
    struct Stop: Error {}
    #expect(throws: Stop.self) {
      let conversion = try Conversion(source, options: ["shuffle=1", "memory=4KiB"])
      _ = try conversion.write(to: scratch.path("out.h5")) { done in
        if done > share { throw Stop() }
      }
    }
    #expect(scratch.names == ["source.h5"])
  }

  @Test(arguments: [
    (["chunk=1MB5"], "bytes from 64KiB to 256MiB"), (["deflate=10"], "9"),
    (["chunk=1MiB", "chunkRows=1"], "nothing beside"), (["type=bool"], "uint8"),
    (["type=float32", "dataset=patient"], "dataset=NAME"),
    (["type=float32", "dataset=nothing"], "none of this name"),
    (["without=nothing"], "an object of this name"), (["memory=1B"], "at least 4KiB"),
  ])
  func whatIsAskedWrongIsToldInOneLine(options: [String], words: String) throws {
    let error = #expect(throws: (any Error).self) { _ = try converted(options) }
    #expect("\(try #require(error))".contains(words), "\(String(describing: error))")
    #expect(scratch.names == ["source.h5"])
  }

  @Test func aMatrixThatBreaksItsFormIsRefused() throws {
    for (starts, shape) in [
      ([0, 2, 1, 3], [3, 4]), ([0, 1, 2], [3, 4]), ([0, 1, 2, 4], [3, 4]), ([1, 1, 2, 3], [3, 4]),
      ([0, 1, 2, 3], [4, 3]), ([0, 1, 2, 3], [3]),
    ] {
      let path = scratch.path("broken.h5")
      try HDF5File.write(to: path) { file in
        let (values, columns): ([Float], [Int32]) = ([1, 2, 3], [0, 0, 0])
        let rows = starts.map { Int64($0) }
        try file.write("x/data", shape: [3], values: values.span)
        try file.write("x/indices", shape: [3], values: columns.span)
        try file.write("x/indptr", shape: [rows.count], values: rows.span)
        try file.setAttribute("shape", of: "x", to: .integers(shape))
      }
      let error = #expect(throws: RewriteError.self) {
        _ = try Conversion(path, options: ["shuffle=1"]).write(to: scratch.path("out.h5"))
      }
      #expect(error?.code == .malformed, "\(starts) \(shape)")
    }
    #expect(scratch.names == ["broken.h5", "source.h5"])
  }
}
