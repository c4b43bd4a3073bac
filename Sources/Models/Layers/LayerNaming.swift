package import Configuration

/// A layer with its name among those it stands with.
package struct NamedLayer: Sendable {
  /// Unique there: `conv1`.
  package let name: String
  /// The layer.
  package let layer: any Layer
  /// Where it was written.
  package let node: JSONNode
}

/// Reads the array of layers under a key.
///
/// - Throws: what a layer's options throw; `invalid` at one whose name is no identifier or is taken, or where they are
///   too many.
func readLayers(
  _ key: String, in reader: inout ObjectReader
) throws(ConfigurationError) -> [NamedLayer] {
  let count = try reader.node[key]?.elements().count ?? 0
  guard count <= SizeLimit.layers else {
    throw reader.error(
      key, expected: "at most \(SizeLimit.layers) layers", found: "\(count) layers")
  }
  var naming = LayerNaming()
  return try reader.elements(key) { node throws(ConfigurationError) in
    let (read, resolved) = try readLayer(node)
    let name = try naming.name(read, at: node)
    return (NamedLayer(name: name, layer: read.layer, node: node), resolved)
  }
}

/// The layers under a key of a section of which nothing else is read.
func readLayers(_ key: String, of node: JSONNode) throws(ConfigurationError) -> [NamedLayer] {
  var reader = try ObjectReader(node)
  return try readLayers(key, in: &reader)
}

/// A layer with the name that was written for it, if one was.
private typealias WrittenLayer = (layer: any Layer, name: String?)

/// Reads a layer with its optional `name`, which resolves to nothing where it is not given.
private func readLayer(
  _ node: JSONNode
) throws(ConfigurationError) -> (read: WrittenLayer, resolved: JSONNode) {
  let table: [ChoiceEntry<WrittenLayer>] = layerChoices.map { type in
    (
      name: type.key,
      read: { reader throws(ConfigurationError) in
        let name = try reader.optionalString("name")
        return (try type.init(reading: &reader), name)
      }
    )
  }
  let (read, resolved) = try readChoice(node, of: "layer", among: table)
  return (read, read.name == nil ? withoutName(resolved) : resolved)
}

/// `{ "relu": { "name": null } }` → `"relu"`.
private func withoutName(_ layer: JSONNode) -> JSONNode {
  guard case .object(let members) = layer.content, var choice = members.first,
    case .object(let options) = choice.value.content
  else { return layer }
  let rest = options.filter { $0.key != "name" }
  choice.value.content = .object(rest)
  var result = layer
  result.content = rest.isEmpty ? .string(choice.key) : .object([choice])
  return result
}

/// Gives the layers of one stack their names.
private struct LayerNaming {
  private var taken: Set<String> = []
  private var counts: [String: Int] = [:]

  /// The name that was written, or the kind with its running number: `conv2`.
  ///
  /// - Throws: `invalid` where the name is no identifier, or is another layer's.
  mutating func name(_ read: WrittenLayer, at node: JSONNode) throws(ConfigurationError) -> String {
    let kind = type(of: read.layer).key
    counts[kind, default: 0] += 1
    let name = read.name ?? "\(kind)\(counts[kind, default: 0])"
    let place = node[kind]?["name"] ?? node
    guard isIdentifier(name) else {
      throw place.error(
        expected: "a name of letters, digits and _ that begins with a letter", found: "\"\(name)\"")
    }
    guard taken.insert(name).inserted else {
      throw place.error(
        expected: "a name that no layer before it has", found: "\"\(name)\"",
        remedy: "give it another \"name\"")
    }
    return name
  }
}

/// Whether a name has letters, digits and _ only, and begins with a letter.
func isIdentifier(_ name: String) -> Bool {
  let letters = name.utf8.map { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20 }
  let others = name.utf8.map { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || $0 == 0x5F }
  return letters.first == true && zip(letters, others).allSatisfy { $0 || $1 }
}
