import HDF5
import Testing

/// Paths are walked name by name, from the nearest group that is known.
@Suite struct NestingTests {
  let scratch: ScratchFolder
  let path: String

  init() throws {
    scratch = try ScratchFolder()
    path = scratch.path("nested.h5")
  }

  /// Each group with a dataset.
  @Test func nestedGroupsAreListed() throws {
    let depth = 250
    let file = try HDF5File.create(at: path)
    var group = ""
    for index in 0..<depth {
      group += index == 0 ? "g" : "/g"
      try file.createGroup(group)
      try file.write(group + "/x", shape: [2], values: ([1, 2] as [UInt8]).span)
    }
    try file.close()
    let reader = try HDF5File(reading: path)
    let objects = try reader.objects()
    #expect(objects.count == 2 * depth)
    for object in objects {
      #expect(try reader.attributeNames(of: object.path).isEmpty)
      if object.kind == .dataset { #expect(try reader.info(object.path).shape == [2]) }
    }
  }

  /// Swift takes both spellings of é for equal, HDF5 for two names.
  @Test func namesAreBytes() throws {
    let file = try HDF5File.create(at: path)
    let names = ["caf\u{E9}", "cafe\u{301}"]
    for (index, name) in names.enumerated() {
      try file.createGroup(name)
      try file.write(name + "/x", shape: [1], values: ([UInt8(index)]).span)
    }
    try file.close()
    let reader = try HDF5File(reading: path)
    for name in names { #expect(try reader.children(of: name) == ["x"]) }
    for (index, name) in names.enumerated() {
      #expect(try reader.read(name + "/x", as: UInt8.self) == [UInt8(index)])
      #expect(try reader.read("/" + name + "//./x", as: UInt8.self) == [UInt8(index)])
    }
  }
}
