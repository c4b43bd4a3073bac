import Glibc

/// A packed chunk of a dataset; the first two bytes choose the dataset, and the filters that the chunk
/// says it did not pass through.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count >= 2 else { return 0 }
  let coding = codings[Int(start[0]) % codings.count]
  let packed = Array(UnsafeBufferPointer(start: start + 2, count: count - 2))
  // As large as the chunk and no larger, for the address sanitizer.
  let target = UnsafeMutableRawBufferPointer.allocate(byteCount: coding.byteCount, alignment: 8)
  _ = coding.unpack(packed, skipped: UInt32(start[1]), into: target)
  target.deallocate()
  return 0
}

/// Bytes, numbers of 4 and of 8 bytes, shuffled and deflated or with a checksum alone.
private let codings: [ChunkCoding] = {
  let path = "/dev/shm/vae-dp-fuzz-chunk-\(getpid())"
  defer { unlink(path) }
  do {
    let file = try HDF5File.create(at: path)
    for deflate in [nil, 4] {
      let name = deflate == nil ? "plain" : "packed"
      let (bytes, floats) = ([UInt8](repeating: 7, count: 192), [Float](repeating: 7, count: 192))
      let doubles = [Double](repeating: 7, count: 192)
      try file.write("\(name)/1", shape: [8, 24], values: bytes.span, deflate: deflate)
      try file.write("\(name)/4", shape: [8, 24], values: floats.span, deflate: deflate)
      try file.write("\(name)/8", shape: [8, 24], values: doubles.span, deflate: deflate)
    }
    try file.close()
    let written = try HDF5File(reading: path)
    return try ["packed/1", "packed/4", "packed/8", "plain/1", "plain/4", "plain/8"].map { name in
      try written.withFile { (handle) throws(HDF5Error) in
        ChunkCoding(try written.context.openDataset(name, in: handle))!
      }
    }
  } catch { fatalError("\(error)") }
}()
