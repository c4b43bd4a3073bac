import Glibc

/// An IDX file, compressed where it begins like gzip.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let path = "/dev/shm/vae-dp-fuzz-\(getpid())"
  guard let file = fopen(path, "w") else { return 0 }
  fwrite(start, 1, count, file)
  fclose(file)
  do {
    let idx = try IDXFile(reading: path)
    var count = 0
    while case let rows = try idx.next(), !rows.isEmpty { count += rows.count }
    precondition(count == idx.shape[0] * idx.rowSize, "\(idx.shape)")
  } catch { _ = "\(error)" }
  unlink(path)
  return 0
}
