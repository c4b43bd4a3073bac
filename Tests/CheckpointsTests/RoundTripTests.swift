import Checkpoints
import Files
import HDF5
import Testing
import Training

@Suite struct RoundTripTests {
  private func roundTrip(
    _ snapshot: TrainingSnapshot, _ label: CheckpointLabel = .init(step: 3, epoch: 1, isBest: true)
  ) throws -> (snapshot: TrainingSnapshot, label: CheckpointLabel) {
    let folder = try ScratchFolder()
    let path = folder.path("one.h5")
    try CheckpointFile.write(snapshot, label, to: path)
    return try CheckpointFile.read(LocalFileSystem().read(path), name: path)
  }

  @Test func everyBitComesBack() throws {
    let label = CheckpointLabel(step: 12_345_678_901, epoch: 7, isBest: false)
    let read = try roundTrip(.sample(3), label)
    #expect(firstDifference(read.snapshot, .sample(3)) == nil)
    #expect(read.snapshot == .sample(3))
    #expect(read.label == label)
  }

  @Test func unusualNumbersKeepTheirBits() throws {
    let bits: [UInt32] = [
      0x8000_0000, 0x7FC0_0000, 0x7F80_0001, 0xFFC1_2345, 0x7F80_0000, 0xFF80_0000, 1, 0x807F_FFFF,
    ]
    let values = bits.map { Float(bitPattern: $0) }
    let snapshot = TrainingSnapshot(
      configuration: "", state: "", environment: "",
      parameters: [
        NamedArray(name: "a", shape: [8], values: values),
        NamedArray(name: "b", shape: [], values: [values[2]]),
      ], states: [])
    let read = try roundTrip(snapshot).snapshot
    #expect(read.parameters[0].values.map(\.bitPattern) == bits)
    #expect(read.parameters[1].values.map(\.bitPattern) == [bits[2]])
    #expect(read.parameters[1].shape == [])
    #expect(firstDifference(read, snapshot) == nil)
  }

  @Test func emptyPartsAndLongTextsComeBack() throws {
    let snapshot = TrainingSnapshot(
      configuration: "", state: String(repeating: "é\n", count: 100_000), environment: "e\u{301}",
      parameters: [NamedArray(name: "none", shape: [0, 3], values: [])],
      states: [(name: "momentum", arrays: [])])
    #expect(firstDifference(try roundTrip(snapshot).snapshot, snapshot) == nil)
    let bare = TrainingSnapshot(
      configuration: "", state: "", environment: "", parameters: [], states: [])
    #expect(firstDifference(try roundTrip(bare).snapshot, bare) == nil)
  }

  @Test func manyArraysKeepTheirOrder() throws {
    let arrays = (0..<300).reversed().map {
      NamedArray(name: "layer\($0).weight", shape: [1], values: [Float($0)])
    }
    let snapshot = TrainingSnapshot(
      configuration: "{}", state: "{}", environment: "{}", parameters: arrays, states: [])
    #expect(firstDifference(try roundTrip(snapshot).snapshot, snapshot) == nil)
  }

  @Test func sameContentGivesTheSameBytes() throws {
    let folder = try ScratchFolder()
    let label = CheckpointLabel(step: 3, epoch: 1, isBest: true)
    for name in ["a", "b"] {
      try CheckpointFile.write(.sample(1), label, to: folder.path(name))
    }
    let files = LocalFileSystem()
    #expect(try files.read(folder.path("a")) == files.read(folder.path("b")))
  }

  @Test func differencesAreNamed() {
    let a = TrainingSnapshot.sample(1)
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
  }

  @Test(arguments: ["", ".", "..", "a/b", "a\0b"])
  func namesThatAFileCannotHoldAreRefused(name: String) {
    var snapshot = TrainingSnapshot.sample(1)
    snapshot.parameters[0].name = name
    let error = #expect(throws: CheckpointError.self) { try roundTrip(snapshot) }
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
    #expect(error?.object == "odd.h5: /parameters/w")
    #expect(error?.expected == "float32")
    #expect(error?.found == "float64")
  }

  @Test func aMissingArrayIsNoticed() throws {
    let error = try error {
      try $0.write("/parameters/w", shape: [1], values: ([1] as [Float]).span)
      try $0.setAttribute("index", of: "/parameters/w", to: .integer(1))
    }
    #expect(error?.code == .damaged)
    #expect(error?.object == "odd.h5: /parameters")
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
