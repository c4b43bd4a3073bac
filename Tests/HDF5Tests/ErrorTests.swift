import Glibc
import HDF5
import Testing

@Suite struct ErrorTests {
  let scratch: ScratchFolder
  let path: String

  init() throws {
    scratch = try ScratchFolder()
    path = scratch.path("a.h5")
    let writer = try HDF5File.create(at: path)
    try writer.write("train/images", shape: [2, 3], values: ([1, 2, 3, 4, 5, 6] as [Float]).span)
    try writer.write("train/ids", shape: [1], values: ([1 << 40] as [Int64]).span)
    try writer.writeString("name", "MNIST")
    try writer.close()
  }

  /// The error that `body` throws.
  private func failure(_ body: () throws(HDF5Error) -> Void) -> HDF5Error? {
    do { try body() } catch { return error }
    return nil
  }

  @Test func missingNameIsAnsweredWithTheNearest() throws {
    let reader = try HDF5File(reading: path)
    let error = try #require(
      failure { () throws(HDF5Error) in _ = try reader.info("train/image") })
    #expect(error.code == .missingObject)
    #expect(
      error.description
        == "\(path): train/image: missingObject: expected 'image' in /train, "
        + "found 'images' as the nearest name. Did you mean 'train/images'?")
    #expect(
      failure { () throws(HDF5Error) in _ = try reader.info("trian/images") }?.remedy
        == "Did you mean 'train'?")
  }

  @Test func kindsAreTold() throws {
    let reader = try HDF5File(reading: path)
    #expect(failure { () throws(HDF5Error) in _ = try reader.info("train") }?.code == .wrongKind)
    #expect(
      failure { () throws(HDF5Error) in _ = try reader.info("name/x") }?.code == .wrongKind)
    #expect(
      failure { () throws(HDF5Error) in _ = try reader.children(of: "name") }?.code == .wrongKind)
  }

  @Test func typesThatWouldLoseValuesAreRefused() throws {
    let reader = try HDF5File(reading: path)
    let narrow = failure { () throws(HDF5Error) in
      _ = try reader.read("train/ids", as: Int32.self)
    }
    #expect(narrow?.code == .wrongType && narrow?.found == "int64")
    #expect(
      failure { () throws(HDF5Error) in _ = try reader.read("train/ids", as: Double.self) }?.code
        == .wrongType)
    #expect(
      failure { () throws(HDF5Error) in _ = try reader.readString("train/ids") }?.code
        == .wrongType)
  }

  @Test func rowsOutsideAreRefused() throws {
    let reader = try HDF5File(reading: path)
    for (rows, count) in [(1..<3, 6), (0..<1, 2), (-1..<0, 3)] {
      var values = [Float](repeating: 0, count: count)
      var span = values.mutableSpan
      var code: HDF5Error.Code?
      do { try reader.readRows("train/images", rows: rows, into: &span) } catch {
        code = error.code
      }
      #expect(code == .wrongShape, "\(rows)")
    }
  }

  @Test func filesThatAreNotThereOrNotHDF5AreTold() throws {
    #expect(
      failure { () throws(HDF5Error) in _ = try HDF5File(reading: "/nowhere/a.h5") }?.found
        == "No such file or directory")
    try scratch.write(Array("not HDF5".utf8), to: "text")
    let text = scratch.path("text")
    #expect(
      failure { () throws(HDF5Error) in _ = try HDF5File(reading: text) }?.code == .notHDF5)
    #expect(
      failure { () throws(HDF5Error) in _ = try HDF5File(image: [], name: "") }?.code == .notHDF5)
    #expect(
      failure { () throws(HDF5Error) in
        _ = try HDF5File(image: [UInt8](repeating: 7, count: 4096), name: "")
      }?.code == .notHDF5)
  }

  @Test func nothingIsOverwritten() throws {
    #expect(
      failure { () throws(HDF5Error) in _ = try HDF5File.create(at: path) }?.code
        == .alreadyExists)
    #expect(
      failure { () throws(HDF5Error) in
        _ = try HDF5File.create(at: "/nowhere/a.h5")
      }?.code == .inputOutput)
    let writer = try HDF5File.create(at: scratch.path("b.h5"))
    try writer.writeString("a", "1")
    #expect(
      failure { () throws(HDF5Error) in try writer.writeString("a", "2") }?.code
        == .alreadyExists)
    #expect(
      failure { () throws(HDF5Error) in try writer.createGroup("a/b") }?.code == .wrongKind)
    #expect(
      failure { () throws(HDF5Error) in
        try writer.write("c", shape: [2, 2], values: ([1] as [Float]).span)
      }?.code == .wrongShape)
  }

  @Test func aClosedFileSaysSo() throws {
    let reader = try HDF5File(reading: path)
    try reader.close()
    try reader.close()
    #expect(
      failure { () throws(HDF5Error) in _ = try reader.children(of: "/") }?.code == .closed)
  }

  /// A child process inherits open files, here stood in for by a duplicate of the descriptor.
  @Test func aClosedFileReadsWhateverChildrenInherited() throws {
    let path = scratch.path("inherited.h5")
    let writer = try HDF5File.create(at: path)
    let descriptor = try scratch.descriptor(of: "inherited.h5")
    let duplicate = dup(try #require(descriptor))
    defer { close(duplicate) }
    try writer.close()
    #expect(try HDF5File(reading: path).children(of: "/").isEmpty)
  }

  @Test func aFullDiskIsNoticed() async {
    await #expect(processExitsWith: .success) { try exit(Self.writesToAFullDisk()) }
  }

  /// Writes more than the disk takes, stood in for by a limit on the size of files, and returns 0
  /// if an error told.
  private static func writesToAFullDisk() throws -> Int32 {
    let scratch = try ScratchFolder()
    var limit = rlimit(rlim_cur: 64 << 10, rlim_max: 64 << 10)
    signal(SIGXFSZ, SIG_IGN)
    guard unsafe setrlimit(Int32(RLIMIT_FSIZE.rawValue), &limit) == 0 else { return 2 }
    let writer = try HDF5File.create(at: scratch.path("full.h5"))
    let values = [Float](repeating: 1, count: 1 << 20)
    do { try writer.write("x", shape: [16, 1 << 16], values: values.span) } catch {
      return error.code == .inputOutput ? 0 : 3
    }
    return 4
  }

  /// Flips each bit of a byte of the stored data: the checksum of the chunk notices.
  @Test func flippedBitsAreNoticed() throws {
    var bytes = try scratch.bytes("a.h5")
    let data = ([1, 2, 3, 4, 5, 6] as [Float]).flatMap { value in
      (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
    }
    let start = try #require(
      bytes.indices.first { bytes[$0...].starts(with: data) }, "the data lies in the file as it is")
    for bit in 0..<8 {
      bytes[start + 9] ^= 1 << bit
      let reader = try HDF5File(image: bytes, name: "flipped")
      let error = failure { () throws(HDF5Error) in
        _ = try reader.read("train/images", as: Float.self)
      }
      #expect(error?.code == .inputOutput)
      #expect(error?.detail.contains("checksum") == true, "\(error?.detail ?? "")")
      bytes[start + 9] ^= 1 << bit
    }
  }

  @Test func truncatedFilesAreNoticed() throws {
    let bytes = try scratch.bytes("a.h5")
    for count in stride(from: 1, to: bytes.count, by: 97) {
      #expect(
        failure { () throws(HDF5Error) in
          let reader = try HDF5File(image: Array(bytes.prefix(count)), name: "truncated")
          _ = try reader.read("train/images", as: Float.self)
        } != nil)
    }
  }
}
