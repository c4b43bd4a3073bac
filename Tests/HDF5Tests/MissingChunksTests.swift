import CHDF5
import Testing

import HDF5

/// Chunks that a file does not hold are counted, whoever lost them.
@Suite struct MissingChunksTests {
  let scratch: ScratchFolder
  let path: String

  init() throws {
    scratch = try ScratchFolder()
    path = scratch.path("chunks.h5")
  }

  /// Makes `x` `[100]` in chunks of 10 in the oldest format, of which the first `written` rows exist.
  private func make(
    written: Int, _ prepare: (_ creation: hid_t) -> Void = { _ in }
  ) throws {
    try locked { () throws(HDF5Error) in
      let file = unsafe H5Fcreate(path, 0, chdf5_default(), chdf5_default())
      let creation = H5Pcreate(chdf5_dataset_create())
      #expect(unsafe H5Pset_chunk(creation, 1, [10]) >= 0)
      prepare(creation)
      let space = unsafe H5Screate_simple(1, [100], nil)
      let dataset = unsafe H5Dcreate2(
        file, "x", chdf5_stored_uint8(), space, chdf5_default(), creation, chdf5_default())
      let memory = unsafe H5Screate_simple(1, [hsize_t(written)], nil)
      #expect(
        unsafe H5Sselect_hyperslab(space, H5S_SELECT_SET, [0], nil, [hsize_t(written)], nil) >= 0)
      let values = [UInt8](repeating: 7, count: written)
      #expect(
        unsafe H5Dwrite(dataset, chdf5_native_uint8(), memory, space, chdf5_default(), values) >= 0)
      #expect(H5Dclose(dataset) >= 0 && H5Sclose(space) >= 0 && H5Sclose(memory) >= 0)
      #expect(H5Pclose(creation) >= 0 && H5Fclose(file) >= 0)
    }
  }

  private func missing() throws -> MissingChunks? {
    try HDF5File(reading: path).missingChunks(of: "x")
  }

  @Test(arguments: [1, 35, 91, 100])
  func whatWasNotWrittenIsCounted(rows: Int) throws {
    try make(written: rows)
    let count = 10 - (rows + 9) / 10
    let found = try missing()
    #expect((found?.count ?? 0) == count && (found?.total ?? 10) == 10)
  }

  /// A fill value that somebody defined makes no difference: netCDF defines one for every dataset.
  @Test func aDefinedFillValueIsNoExcuse() throws {
    try make(written: 35) { creation in
      #expect(unsafe H5Pset_fill_value(creation, chdf5_native_uint8(), [3 as UInt8]) >= 0)
    }
    #expect(try missing()?.count == 6)
  }

  /// All chunks are there, but of one the index says that it lies elsewhere: libhdf5 does not find it,
  /// and reads fill values.
  @Test func aFlippedBitInTheIndexIsNoticed() throws {
    try make(written: 100)
    var bytes = try scratch.bytes("chunks.h5")
    // A node of a B-tree of chunks: a header of 24 bytes; keys of size, filters and offsets, 24 bytes,
    // each with an address of 8.
    let node = try #require(
      bytes.indices.first { bytes[$0...].starts(with: Array("TREE".utf8) + [1]) })
    let offset = node + 24 + 3 * 32 + 8
    #expect(bytes[offset] == 30, "the fourth chunk begins at row 30")
    bytes[offset] ^= 64
    try scratch.write(bytes, to: "chunks.h5")
    var values = [UInt8](repeating: 0, count: 10)
    var span = values.mutableSpan
    try HDF5File(reading: path).readRows("x", rows: 30..<40, into: &span)
    #expect(values != [UInt8](repeating: 7, count: 10), "libhdf5 found the chunk all the same")
    // An index that is out of order may hide others as well.
    let found = try missing()
    #expect((found?.count ?? 0) >= 1, "\(found as Any)")
  }

  @Test func whatHasNoChunksMissesNone() throws {
    let file = try HDF5File.create(at: path)
    try file.writeString("x", "text")
    try file.close()
    #expect(try missing() == nil)
  }
}
