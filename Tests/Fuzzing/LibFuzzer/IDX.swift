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
    precondition(idx.bytes.count == idx.shape.reduce(1, *), "\(idx.shape)")
  } catch { _ = "\(error)" }
  unlink(path)
  return 0
}

/// The real one asks the machine.
func requireMemory(
  _ bytes: Int, for content: String, file: String, object: String
) throws(DatasetError) {
  guard bytes > 1 << 28 else { return }
  throw DatasetError(
    code: .tooLarge, file: file, object: object, expected: "less", found: content, remedy: "")
}
