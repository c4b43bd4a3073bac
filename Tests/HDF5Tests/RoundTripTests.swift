import Foundation
import HDF5
import Testing

@Suite struct RoundTripTests {
  let scratch: ScratchFolder
  let path: String

  init() throws {
    scratch = try ScratchFolder()
    path = scratch.path("a.h5")
  }

  /// Writes `values`, closes, opens and reads them again.
  private func roundTrip<T: HDF5Element & Equatable>(
    _ values: [T], shape: [Int], deflate: Int? = nil
  ) throws -> (info: DatasetInfo, values: [T]) {
    let writer = try HDF5File.create(at: path)
    try writer.write("group/values", shape: shape, values: values.span, deflate: deflate)
    try writer.close()
    let reader = try HDF5File(reading: path)
    return (try reader.info("group/values"), try reader.read("group/values", as: T.self))
  }

  @Test func bytesComeBack() throws {
    let values = (0..<3 * 5 * 7).map { UInt8(truncatingIfNeeded: $0 &* 37) }
    let back = try roundTrip(values, shape: [3, 5, 7])
    #expect(back.values == values)
    #expect(back.info.path == "/group/values" && back.info.shape == [3, 5, 7])
    #expect(back.info.elementType == .uint8 && back.info.chunkRows == 3)
  }

  @Test func everyBitOfFloatsComesBack() throws {
    let patterns: [UInt32] = [
      0, 0x8000_0000, 1, 0x7F7F_FFFF, 0x7F80_0000, 0x7FC1_2345, 0x3F80_0001,
    ]
    let back = try roundTrip(patterns.map { Float(bitPattern: $0) }, shape: [7], deflate: 4)
    #expect(back.values.map(\.bitPattern) == patterns)
  }

  @Test func integersAndDoublesComeBack() throws {
    #expect(try roundTrip([Int32.min, -1, .max], shape: [3]).values == [.min, -1, .max])
    try cleanPath()
    #expect(try roundTrip([Int64.min, -1, .max], shape: [3, 1]).values == [.min, -1, .max])
    try cleanPath()
    #expect(try roundTrip([Double.pi, -0.1], shape: [1, 2]).values == [.pi, -0.1])
  }

  @Test func scalarsAndEmptyDatasetsComeBack() throws {
    let scalar = try roundTrip([Double.pi], shape: [])
    #expect(scalar.values == [.pi] && scalar.info.shape.isEmpty)
    try cleanPath()
    let empty = try roundTrip([Float](), shape: [4, 0, 2])
    #expect(empty.values.isEmpty && empty.info.shape == [4, 0, 2])
  }

  @Test func rowsLargerThanAChunkComeBack() throws {
    let values = (0..<2 * 300_001).map { Float($0) }
    #expect(try roundTrip(values, shape: [2, 300_001]).values == values)
  }

  @Test func rowsAreWrittenAndReadInAnyOrder() throws {
    let (rows, width) = (1000, 300)
    let writer = try HDF5File.create(at: path)
    try writer.createDataset("x", shape: [rows, width], of: Int32.self, deflate: 1)
    for block in [600..<1000, 0..<7, 7..<600] {
      let values = (block.lowerBound * width..<block.upperBound * width).map { Int32($0) }
      try writer.writeRows("x", rows: block, values: values.span)
    }
    try writer.close()

    let reader = try HDF5File(reading: path)
    for block in [0..<1000, 5..<6, 999..<1000, 10..<10, 599..<601] {
      var values = [Int32](repeating: -1, count: block.count * width)
      var span = values.mutableSpan
      try reader.readRows("x", rows: block, into: &span)
      #expect(values == (block.lowerBound * width..<block.upperBound * width).map { Int32($0) })
    }
  }

  @Test func widerTypesRead() throws {
    let writer = try HDF5File.create(at: path)
    try writer.write("bytes", shape: [3], values: ([0, 128, 255] as [UInt8]).span)
    try writer.write("floats", shape: [1], values: ([0.1] as [Float]).span)
    try writer.close()
    let reader = try HDF5File(reading: path)
    #expect(try reader.read("bytes", as: Int64.self) == [0, 128, 255])
    #expect(try reader.read("bytes", as: Int32.self) == [0, 128, 255])
    #expect(try reader.read("floats", as: Double.self) == [Double(Float(0.1))])
  }

  @Test(arguments: ["", "β-VAE, 変分", "trailing space ", String(repeating: "{}\n", count: 40_000)])
  func stringsComeBack(text: String) throws {
    let writer = try HDF5File.create(at: path)
    try writer.writeString("config", text)
    try writer.close()
    #expect(try HDF5File(reading: path).readString("config") == text)
  }

  @Test func attributesComeBack() throws {
    let all: [String: AttributeValue] = [
      "name": .string("μ"), "none": .string(""), "count": .integer(-5), "scale": .real(1 / 255),
      "names": .strings(["shape", "", "größe"]), "nothing": .strings([]),
      "extents": .integers([3, -4]), "empty": .integers([]),
    ]
    let writer = try HDF5File.create(at: path)
    try writer.write("x", shape: [1], values: ([1] as [Float]).span)
    for (name, value) in all {
      try writer.setAttribute(name, of: "x", to: .integer(0))
      try writer.setAttribute(name, of: "x", to: value)
      try writer.setAttribute(name, of: "/", to: value)
    }
    try writer.close()
    let reader = try HDF5File(reading: path)
    for (name, value) in all {
      #expect(try reader.attribute(name, of: "/x") == value)
      #expect(try reader.attribute(name, of: "/") == value)
    }
    #expect(try reader.attribute("absent", of: "x") == nil)
  }

  @Test func childrenAreSortedAndMayHaveDots() throws {
    let writer = try HDF5File.create(at: path)
    for name in ["encoder.conv2.weight", "encoder.conv1.weight", "b/c", "."] where name != "." {
      try writer.write("model/\(name)", shape: [], values: ([1] as [Float]).span)
    }
    try writer.createGroup("model/empty")
    #expect(writer.contains("model/b/c") && !writer.contains("model/b/d"))
    try writer.close()
    let reader = try HDF5File(reading: path)
    #expect(
      try reader.children(of: "model") == [
        "b", "empty", "encoder.conv1.weight", "encoder.conv2.weight",
      ])
    #expect(try reader.children(of: "/") == ["model"])
    #expect(try reader.children(of: "/model/empty").isEmpty)
  }

  @Test func imageReadsLikeTheFile() throws {
    let values = (0..<5000).map { Float($0) }
    _ = try roundTrip(values, shape: [50, 100])
    let reader = try HDF5File(image: scratch.bytes("a.h5"), name: "checkpoint")
    #expect(try reader.read("group/values", as: Float.self) == values)
  }

  @Test func sameContentSameBytes() throws {
    var files: [[UInt8]] = []
    for name in ["1.h5", "2.h5"] {
      let writer = try HDF5File.create(at: scratch.path(name))
      try writer.write("a/b", shape: [4], values: ([1, 2, 3, 4] as [Float]).span, deflate: 9)
      try writer.setAttribute("s", of: "a", to: .string("text"))
      try writer.writeString("a/c", "text")
      try writer.close()
      files.append(try scratch.bytes(name))
    }
    #expect(files[0] == files[1])
  }

  @Test func filesOnSeveralThreadsDoNotDisturbEachOther() async throws {
    let folder = scratch
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for task in 0..<4 {
        let path = folder.path("\(task).h5")
        group.addTask {
          let values = (0..<10_000).map { Float($0 + task) }
          let writer = try HDF5File.create(at: path)
          try writer.write("x", shape: [100, 100], values: values.span, deflate: 1)
          try writer.close()
          return try HDF5File(reading: path).read("x", as: Float.self) == values
        }
      }
      for try await same in group { #expect(same) }
    }
  }

  private func cleanPath() throws { try scratch.remove("a.h5") }

  @Test func imagesThatAreOpenTogetherKeepTheirContent() throws {
    let folder = try ScratchFolder()
    let images = try [Float(1), 2].map { value in
      let path = folder.path("\(value).h5")
      let file = try HDF5File.create(at: path)
      try file.write("x", shape: [1], values: [value].span)
      try file.close()
      return try HDF5File(image: Array(Data(contentsOf: URL(fileURLWithPath: path))), name: path)
    }
    #expect(try images.map { try $0.read("x", as: Float.self) } == [[1], [2]])
  }
}
