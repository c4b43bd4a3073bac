/// A list of checkpoints: what is read is printed and read back, also after the save that it tells of.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  do {
    let manifest = try Manifest(decoding: bytes, path: "checkpoints.json")
    for isPublished in [true, false] {
      var settled = manifest
      settled.settle(isPublished: isPublished)
      let again = try? Manifest(decoding: settled.encoded(), path: "again")
      precondition(again == settled, "no way back")
      settled.retire(keep: 1, anchors: [], present: Set(settled.entries.map(\.file)))
      precondition(settled.entries.count <= 2, "\(settled)")
    }
  } catch { _ = "\(error)" }
  return 0
}

/// The real one hashes.
func hexadecimalSHA256(of bytes: [UInt8]) -> String { "" }
