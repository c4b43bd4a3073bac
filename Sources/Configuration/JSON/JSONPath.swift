/// Where a value stands; a chain towards the root, so that a node costs one link, not a string.
indirect enum JSONPath: Sendable {
  case root
  case key(JSONPath, String)
  case index(JSONPath, Int)

  /// The path in words: `model.encoder[2].conv`, and `data["a.b"]` where a key is no plain word.
  var text: String {
    switch self {
    case .root: ""
    case .index(let parent, let index): "\(parent.text)[\(index)]"
    case .key(let parent, let key):
      if !Self.isPlain(key) {
        "\(parent.text)[\(quoted(key))]"
      } else if case .root = parent {
        key
      } else {
        "\(parent.text).\(key)"
      }
    }
  }

  private static func isPlain(_ key: String) -> Bool {
    !key.isEmpty
      && key.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
      }
  }
}
