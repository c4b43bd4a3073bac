import Foundation
import HDF5
import Testing

/// Files that other programs wrote, in formats that are not this one.
@Suite struct ForeignFileTests {
  let scratch: ScratchFolder
  /// `make.py` there says what is in them.
  static let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/foreign")

  init() throws { scratch = try ScratchFolder() }

  private func problem(_ body: () throws(HDF5Error) -> Void) -> HDF5Error? {
    do { try body() } catch { return error }
    return nil
  }

  /// What `libver="latest"` of h5py writes with a newer libhdf5 is not the disk's fault.
  @Test func aNewerFormatIsCalledThat() throws {
    let file = try HDF5File(reading: Self.fixtures.appending(path: "newer.h5").path)
    #expect(try file.info("plain").shape == [20, 6])
    for name in ["packed", "flags"] {
      // A library that knows the format reads it.
      guard let error = problem({ () throws(HDF5Error) in _ = try file.info(name) }) else {
        continue
      }
      #expect(error.code == .newerFormat && !error.isSystemFailure)
      #expect(error.description.contains("libver='earliest'"))
      #expect(error.description.contains("h5repack"))
    }
    #expect(try file.objects().count == 3)
  }

  @Test func otherFormatsAreCalledByTheirName() throws {
    let matlab = Self.fixtures.appending(path: "matlab5.mat").path
    let error = problem { () throws(HDF5Error) in _ = try HDF5File(reading: matlab) }
    #expect(error?.code == .notHDF5 && error?.found.contains("MATLAB file of version 5") == true)
    #expect(error?.remedy.contains("-v7.3") == true)
    for (start, name) in [
      ([0x93] + Array("NUMPY".utf8), "numpy"), ([0x50, 0x4B, 3, 4], "zip"), ([0x1F, 0x8B], "gzip"),
      (Array("CDF\u{1}".utf8), "netCDF"), ([0x0E, 3, 0x13, 1], "version 4"),
    ] {
      try scratch.write(start + [UInt8](repeating: 0, count: 600), to: "other")
      let error = problem { () throws(HDF5Error) in
        _ = try HDF5File(reading: scratch.path("other"))
      }
      #expect(error?.found.contains(name) == true, "\(error as Any)")
    }
  }

  /// A folder that may not be entered hides its files; they may well be there.
  @Test func aFolderWithoutPermissionIsCalledThat() async {
    await #expect(processExitsWith: .success) { try exit(Self.meetsAClosedFolder()) }
  }

  /// Makes a closed folder and returns 0 if the error names it.
  private static func meetsAClosedFolder() throws -> Int32 {
    let scratch = try ScratchFolder()
    let closed = scratch.path("closed")
    try FileManager.default.createDirectory(atPath: closed, withIntermediateDirectories: true)
    for (path, mode) in [(scratch.path(""), 0o755), (closed, 0o600)] {
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }
    // Root is kept out of nothing. The folder stays its own, so that it can be removed.
    if getuid() == 0, setreuid(65534, 0) != 0 { return 2 }
    do { _ = try HDF5File(reading: closed + "/a.h5") } catch {
      return error.code == .cannotOpen && error.found.contains("closed', which may not be entered")
        ? 0 : 3
    }
    return 4
  }
}
