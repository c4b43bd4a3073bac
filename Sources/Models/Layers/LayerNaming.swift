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
  _ key: String, _ meaning: String, in reader: inout ObjectReader
) throws(ConfigurationError) -> [NamedLayer] {
  let written = try reader.choices(
    key, of: "layer", atMost: SizeLimit.layers, among: layerTable, meaning)
  var naming = LayerNaming()
  var layers: [NamedLayer] = []
  for (layer, node) in written {
    let name = try naming.name(layer, at: node)
    layers.append(NamedLayer(name: name, layer: layer.layer, node: node))
  }
  return layers
}

/// A layer with the name that was written for it, if one was.
private typealias WrittenLayer = (layer: any Layer, name: String?)

/// The layers as a reader takes them, each with its optional `name`.
private var layerTable: [Alternative<WrittenLayer>] {
  layerChoices.map { type in
    Alternative(type.key, type.meaning) { (reader) throws(ConfigurationError) in
      let name = try reader.optionalString(
        "name", recordsNull: false,
        "Letters, digits and `_`, beginning with a letter; unique in its stack. By default its kind with a "
          + "running number: `conv1`, `conv2`.")
      return (try type.init(reading: &reader), name)
    }
  }
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
