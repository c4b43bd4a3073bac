import Checkpoints
import Files
import HDF5
import Testing
import Training

@Suite struct RoundTripTests {
  private func roundTrip(_ stored: StoredCheckpoint) throws -> StoredCheckpoint {
    let folder = try ScratchFolder()
    let path = folder.path("one.h5")
    try CheckpointFile.write(stored, to: path)
    return try CheckpointFile.read(LocalFileSystem().read(path), name: path)
  }

  /// Texts and arrays that no training makes.
  private func stored(
    _ text: String = "", _ parameters: [NamedArray] = [], _ states: [StateArrays] = []
  ) -> StoredCheckpoint {
    StoredCheckpoint(
      label: CheckpointLabel(step: 3, epoch: 1, isBest: true), configuration: "", state: text,
      environment: "e\u{301}", parameters: parameters, states: states)
  }

  @Test func everyBitComesBack() throws {
    for (step, isBest) in [(12_345_678_901, false), (9, true)] {
      let checkpoint = try Checkpoint.sample(3, step: step, epoch: 7)
      let read = try roundTrip(StoredCheckpoint(checkpoint, isBest: isBest))
      #expect(read.label == CheckpointLabel(step: step, epoch: 7, isBest: isBest))
      let again = try read.checkpoint(file: "")
      #expect(firstDifference(again, checkpoint) == nil)
      #expect(again.configuration == checkpoint.configuration)
      #expect(again.environment == checkpoint.environment)
      #expect(again.snapshot.parameters == checkpoint.snapshot.parameters)
      #expect(again.snapshot.states == checkpoint.snapshot.states)
      #expect(again.snapshot.state.json() == checkpoint.snapshot.state.json())
    }
  }

  @Test func unusualNumbersKeepTheirBits() throws {
    let bits: [UInt32] = [
      0x8000_0000, 0x7FC0_0000, 0x7F80_0001, 0xFFC1_2345, 0x7F80_0000, 0xFF80_0000, 1, 0x807F_FFFF,
    ]
    let values = bits.map { Float(bitPattern: $0) }
    let stored = stored(
      "",
      [
        NamedArray(name: "a", shape: [8], values: values),
        NamedArray(name: "b", shape: [], values: [values[2]]),
      ])
    let read = try roundTrip(stored)
    #expect(read.parameters[0].values.map(\.bitPattern) == bits)
    #expect(read.parameters[1].values.map(\.bitPattern) == [bits[2]])
    #expect(read.parameters[1].shape == [])
    #expect(firstDifference(read, stored) == nil)
  }

  @Test func emptyPartsAndLongTextsComeBack() throws {
    let long = stored(
      String(repeating: "é\n", count: 100_000),
      [NamedArray(name: "none", shape: [0, 3], values: [])],
      [StateArrays(name: "momentum", arrays: [])])
    #expect(firstDifference(try roundTrip(long), long) == nil)
    #expect(firstDifference(try roundTrip(stored()), stored()) == nil)
  }

  @Test func manyArraysKeepTheirOrder() throws {
    let arrays = (0..<300).reversed().map {
      NamedArray(name: "layer\($0).weight", shape: [1], values: [Float($0)])
    }
    #expect(firstDifference(try roundTrip(stored("{}", arrays)), stored("{}", arrays)) == nil)
  }

  @Test func sameContentGivesTheSameBytes() throws {
    let folder = try ScratchFolder()
    for name in ["a", "b"] {
      let stored = StoredCheckpoint(try .sample(1), isBest: true)
      try CheckpointFile.write(stored, to: folder.path(name))
    }
    let files = LocalFileSystem()
    #expect(try files.read(folder.path("a")) == files.read(folder.path("b")))
  }

  @Test func differencesAreNamed() throws {
    let a = StoredCheckpoint(try .sample(1), isBest: false)
    var b = a
    b.state = "e\u{301}"
    var c = b
    c.state = "é"
    #expect(b == c && firstDifference(b, c) == "/state")
    c = a
    c.parameters[1].values[0] = 0
    var d = c
    d.parameters[1].values[0] = -0.0
    #expect(c == d && firstDifference(c, d) == "/parameters/encoder.conv1.bias")
    var e = a
    e.states[1].arrays[0].shape = [48]
    #expect(firstDifference(a, e) == "/optimizer/firstMoment/encoder.conv1.weight")
    var f = a
    f.label.isBest = true
    #expect(firstDifference(a, f) == "the attributes")
    f = a
    f.environment += " "
    #expect(firstDifference(a, f) == "/environment")
    f = a
    f.configuration += " "
    #expect(firstDifference(a, f) == "/configuration")
  }

  @Test(arguments: ["", ".", "..", "a/b", "a\0b"])
  func namesThatAFileCannotHoldAreRefused(name: String) {
    let error = #expect(throws: CheckpointError.self) {
      try roundTrip(stored("", [NamedArray(name: name, shape: [], values: [1])]))
    }
    #expect(error?.code == .invalidName)
  }

  @Test func sha256IsTheStandardOne() {
    // FIPS 180-2, appendix B.1.
    #expect(
      hexadecimalSHA256(of: Array("abc".utf8))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }
}

@Suite struct FormatErrorTests {
  /// Writes a checkpoint by hand, changed by `change`, and reads it.
  private func error(_ change: (HDF5File) throws -> Void) throws -> CheckpointError? {
    let folder = try ScratchFolder()
    let path = folder.path("odd.h5")
    let file = try HDF5File.create(at: path)
    try file.setAttribute("format", of: "/", to: .string("vae-dp checkpoint"))
    for (name, value) in [("formatVersion", 1), ("step", 1), ("epoch", 0), ("isBest", 0)] {
      try file.setAttribute(name, of: "/", to: .integer(value))
    }
    for name in ["configuration", "state", "environment"] { try file.writeString(name, "{}") }
    try file.createGroup("/parameters")
    try file.createGroup("/optimizer")
    try change(file)
    try file.close()
    let bytes = try LocalFileSystem().read(path)
    return #expect(throws: CheckpointError.self) { try CheckpointFile.read(bytes, name: "odd.h5") }
  }

  @Test func anotherFormatIsNamed() throws {
    let error = try error { try $0.setAttribute("format", of: "/", to: .string("cake")) }
    #expect(error?.code == .notACheckpoint)
    #expect(error?.description.contains("cake") == true)
  }

  @Test func aNewerVersionIsNamed() throws {
    let error = try error { try $0.setAttribute("formatVersion", of: "/", to: .integer(2)) }
    #expect(error?.code == .unsupportedVersion)
    #expect(error?.expected == "1")
    #expect(error?.found == "2")
  }

  @Test func anotherElementTypeIsNamed() throws {
    let error = try error {
      try $0.write("/parameters/w", shape: [2], values: ([1, 2] as [Double]).span)
      try $0.setAttribute("index", of: "/parameters/w", to: .integer(0))
    }
    #expect(error?.code == .typeMismatch)
    #expect(error?.file == "odd.h5" && error?.object == "/parameters/w")
    #expect(error?.expected == "float32")
    #expect(error?.found == "float64")
  }

  @Test func aMissingArrayIsNoticed() throws {
    let error = try error {
      try $0.write("/parameters/w", shape: [1], values: ([1] as [Float]).span)
      try $0.setAttribute("index", of: "/parameters/w", to: .integer(1))
    }
    #expect(error?.code == .damaged)
    #expect(error?.object == "/parameters")
  }

  @Test func contentThatIsNotWhatWasSavedIsRefused() throws {
    let error = try error {
      try $0.setAttribute(
        "contentSHA256", of: "/", to: .string(String(repeating: "0", count: 64)))
    }
    #expect(error?.code == .checksumMismatch)
  }

  @Test func otherFilesAreRefused() {
    for bytes in [[], Array("not HDF5".utf8), [UInt8](repeating: 0, count: 4096)] {
      let error = #expect(throws: CheckpointError.self) {
        try CheckpointFile.read(bytes, name: "x.h5")
      }
      #expect(error?.code == .damaged)
    }
  }
}
