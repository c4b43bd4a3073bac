/// A configuration, and the same bytes as an override.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  if let node = try? JSONNode.parse(bytes, file: "fuzz") {
    // What is read is printed and read back.
    precondition((try? JSONNode.parse(node.text(), file: "again")) != nil, "no way back")
    _ = try? node.object { (reader) throws(ConfigurationError) in
      _ = try reader.string("name", default: "a", "A name.")
      _ = try reader.optionalInteger("epochs", in: 1...100, "Epochs.")
      _ = try reader.choice(
        "layer", of: "layer", among: [Alternative("dense", "A layer.") { _ in 0 }], "A layer.")
    }
  }
  let text = String(decoding: bytes, as: UTF8.self)
  do {
    _ = try JSONNode.object([("a", .array([.null]))]).applying(override: text)
  } catch { _ = "\(error)" }
  return 0
}
