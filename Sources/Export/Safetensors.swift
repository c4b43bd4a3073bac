/// Named float32 arrays in the safetensors format, as the bytes of one file.
///
/// Eight bytes with the length of the header, a JSON header padded with spaces to a multiple of
/// eight bytes, then the arrays one after another: row-major, float32, little-endian. Arrays and
/// metadata stand in the order in which they are given, so equal arguments give equal bytes.
///
/// - Parameters:
///   - tensors: each array's name, shape and elements.
///   - metadata: text that readers show, as key and value.
/// - Precondition: names differ, none is `__metadata__`, keys differ, and each array has as many
///   elements as its shape says.
/// - Source: https://huggingface.co/docs/safetensors, "Format".
public func safetensors(
  _ tensors: [(name: String, shape: [Int], values: [Float])], metadata: [(String, String)]
) -> [UInt8] {
  precondition(
    Set(tensors.map(\.name)).union(["__metadata__"]).count == tensors.count + 1,
    "safetensors: two arrays share a name, or one is called __metadata__")
  precondition(
    Set(metadata.map(\.0)).count == metadata.count, "safetensors: two metadata share a key")
  var entries: [String] = []
  if !metadata.isEmpty {
    let pairs = metadata.map { "\(jsonString($0.0)):\(jsonString($0.1))" }
    entries.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
  }
  var offset = 0
  for tensor in tensors {
    precondition(
      tensor.values.count == tensor.shape.reduce(1, *),
      "safetensors: \(tensor.name): \(tensor.values.count) numbers for the shape \(tensor.shape)")
    let end = offset + 4 * tensor.values.count
    let shape = tensor.shape.map(String.init).joined(separator: ",")
    entries.append(
      "\(jsonString(tensor.name)):"
        + "{\"dtype\":\"F32\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}")
    offset = end
  }
  var header = Array("{\(entries.joined(separator: ","))}".utf8)
  header += [UInt8](repeating: UInt8(ascii: " "), count: (8 - header.count % 8) % 8)
  var bytes: [UInt8] = []
  bytes.reserveCapacity(8 + header.count + offset)
  bytes.appendLittleEndian(UInt64(header.count))
  bytes += header
  for tensor in tensors { bytes += [UInt8](littleEndian: tensor.values) }
  return bytes
}

/// A string as JSON writes it, with quotation marks.
private func jsonString(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\u{0}"..<" ":
      let digits = String(scalar.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
