import CHDF5
import Testing

import HDF5

/// Files that `h5py` could have written to make a reader look elsewhere or ask for too much.
@Suite struct HostileFileTests {
  let scratch: ScratchFolder

  init() throws { scratch = try ScratchFolder() }

  /// Makes a file with `body` and returns the error that reading `x` throws.
  private func failure(
    shape: [hsize_t] = [4], _ body: (_ creation: hid_t, _ file: hid_t) -> Void
  ) throws -> HDF5Error? {
    try makeFile(shape: shape, body)
    let reader = try HDF5File(reading: scratch.path("hostile.h5"))
    do {
      _ = try reader.read("x", as: UInt8.self)
    } catch { return error }
    return nil
  }

  /// Makes `hostile.h5`, with a dataset `x` of `shape` unless `body` made something of this name.
  private func makeFile(
    shape: [hsize_t] = [4], _ body: (_ creation: hid_t, _ file: hid_t) -> Void
  ) throws {
    let path = scratch.path("hostile.h5")
    try locked { () throws(HDF5Error) in
      let file = unsafe H5Fcreate(path, 0, chdf5_default(), chdf5_default())
      let creation = H5Pcreate(chdf5_dataset_create())
      body(creation, file)
      if unsafe H5Lexists(file, "x", chdf5_default()) == 0 {
        let space = unsafe H5Screate_simple(Int32(shape.count), shape, nil)
        let dataset = unsafe H5Dcreate2(
          file, "x", chdf5_stored_uint8(), space, chdf5_default(), creation, chdf5_default())
        #expect(dataset >= 0 && H5Dclose(dataset) >= 0 && H5Sclose(space) >= 0)
      }
      #expect(H5Pclose(creation) >= 0 && H5Fclose(file) >= 0)
    }
  }

  @Test func externalStorageIsRefused() throws {
    try scratch.write([1, 2, 3, 4], to: "secret")
    let secret = scratch.path("secret")
    let error = try failure { creation, _ in
      #expect(unsafe H5Pset_external(creation, secret, 0, 4) >= 0)
    }
    #expect(error?.code == .refused && error?.found.contains("data kept in other files") == true)
  }

  @Test(arguments: ["x", "link"])
  func externalLinksAreRefused(name: String) throws {
    let other = try HDF5File.create(at: scratch.path("other.h5"))
    try other.write("group/x", shape: [1], values: ([1] as [UInt8]).span)
    try other.close()
    try makeFile { _, file in
      #expect(
        unsafe H5Lcreate_external(
          "other.h5", name == "x" ? "/group/x" : "/group", file, name, chdf5_default(),
          chdf5_default()) >= 0)
    }
    let reader = try HDF5File(reading: scratch.path("hostile.h5"))
    let path = name == "x" ? "x" : "link/x"
    #expect(throws: HDF5Error.self) { try reader.info(path) }
    #expect(!reader.contains(path))
    do { _ = try reader.info(path) } catch { #expect(error.code == .refused) }
  }

  @Test func softLinksInsideTheFileAreFollowed() throws {
    let error = try failure { creation, file in
      #expect(H5Pset_layout(creation, H5D_COMPACT) >= 0)
      for (target, name) in [("x", "a"), ("/a", "b"), ("circle", "circle"), ("away/x", "c")] {
        #expect(
          unsafe H5Lcreate_soft(target, file, name, chdf5_default(), chdf5_default()) >= 0)
      }
      #expect(
        unsafe H5Lcreate_external(
          "other.h5", "/", file, "away", chdf5_default(), chdf5_default()) >= 0)
    }
    #expect(error == nil)
    let reader = try HDF5File(reading: scratch.path("hostile.h5"))
    #expect(try reader.info("b").path == "/x")
    for path in ["circle", "c"] {
      do {
        _ = try reader.info(path)
        Issue.record("\(path) was followed")
      } catch { #expect(error.code == .refused) }
    }
  }

  @Test func virtualDatasetsAreRefused() throws {
    let error = try failure { creation, _ in
      let space = unsafe H5Screate_simple(1, [4], nil)
      #expect(unsafe H5Pset_virtual(creation, space, "other.h5", "/x", space) >= 0)
      H5Sclose(space)
    }
    #expect(error?.code == .refused && error?.found.contains("a virtual dataset") == true)
  }

  /// Shapes whose product is absurd, or wraps around to something small.
  @Test(arguments: [[3_400_000_000_000_000_000], [1 << 32, 1 << 32], [1 << 41], [100_000]])
  func sizesBeyondTheFileAreRefused(shape: [hsize_t]) throws {
    let error = try failure(shape: shape) { creation, _ in
      #expect(
        unsafe H5Pset_chunk(creation, Int32(shape.count), shape.map { _ in 16 }) >= 0)
    }
    #expect(error?.code == .refused)
  }

  @Test func contiguousDataThatWasNeverWrittenIsRefused() throws {
    #expect(try failure(shape: [100]) { _, _ in }?.code == .refused)
  }

  @Test func unknownFiltersAreRefused() throws {
    let error = try failure { creation, _ in
      #expect(unsafe H5Pset_chunk(creation, 1, [4]) >= 0)
      #expect(H5Pset_filter(creation, 32_599, 1, 0, nil) >= 0)  // Optional: may be missing.
    }
    #expect(error?.code == .refused && error?.found.contains("filter 32599") == true)
  }
}
