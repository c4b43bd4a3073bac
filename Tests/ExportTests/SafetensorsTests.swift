import Export
import Foundation
import Testing

/// Bytes that the safetensors format prescribes.
@Suite struct SafetensorsTests {
  private static let tensors: [(name: String, shape: [Int], values: [Float])] = [
    ("encoder.weight", [2, 3], [1, -2, 3.5, .infinity, 5, 6]), ("say \"é\"\n\\", [], [0.1]),
    ("none", [0, 4], []),
  ]

  @Test func arraysComeBack() throws {
    let bytes = safetensors(Self.tensors, metadata: [("b", "x\ty"), ("a", "")])
    let length = (0..<8).reduce(0) { $0 + Int(bytes[$1]) << (8 * $1) }
    #expect(length % 8 == 0)
    let header = try #require(
      try JSONSerialization.jsonObject(with: Data(bytes[8..<8 + length])) as? [String: Any])
    #expect(header["__metadata__"] as? [String: String] == ["b": "x\ty", "a": ""])
    #expect(header.count == 1 + Self.tensors.count)
    var end = 0
    for tensor in Self.tensors {
      let entry = try #require(header[tensor.name] as? [String: Any])
      #expect(entry["dtype"] as? String == "F32")
      #expect(entry["shape"] as? [Int] == tensor.shape)
      let offsets = try #require(entry["data_offsets"] as? [Int])
      #expect(offsets[0] == end)
      end = offsets[1]
      let values = stride(from: offsets[0], to: offsets[1], by: 4).map { start in
        Float(
          bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[8 + length + start + $1]) << (8 * $1) })
      }
      #expect(values == tensor.values)
    }
    #expect(bytes.count == 8 + length + end)
  }

  @Test func orderIsTheGivenOne() {
    let bytes = safetensors([("b", [1], [1]), ("a", [1], [2])], metadata: [])
    let header =
      "{\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
      + "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}"
    let padding = String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
    let expected = Array((header + padding).utf8)
    #expect(Array(bytes[..<8]) == [UInt8(expected.count), 0, 0, 0, 0, 0, 0, 0])
    #expect(Array(bytes[8..<8 + expected.count]) == expected)
    #expect(Array(bytes.suffix(8)) == [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40])
  }
}
