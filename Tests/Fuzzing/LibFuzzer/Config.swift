/// A configuration, and the same bytes as an override.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  if let node = try? JSONNode.parse(bytes, file: "fuzz") {
    // What is read is printed and read back.
    precondition((try? JSONNode.parse(node.text(), file: "again")) != nil, "no way back")
    if var reader = try? ObjectReader(node) {
      _ = try? reader.string("name")
      _ = try? reader.integer("epochs", in: 1...100)
      _ = try? reader.choice("layer", of: "layer", among: [("dense", { _ in 0 })])
      _ = try? reader.finish()
    }
  }
  let text = String(decoding: bytes, as: UTF8.self)
  do {
    _ = try JSONNode.object([("a", .array([.null]))]).applying(override: text)
  } catch { _ = "\(error)" }
  return 0
}
