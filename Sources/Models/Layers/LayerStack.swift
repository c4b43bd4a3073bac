package import Configuration
package import GraphIR

/// The layers of an encoder or a decoder, one after another, with all shapes known.
public struct LayerStack: Sendable {
  /// A layer, for summaries.
  public struct Entry: Sendable {
    /// Unique in its stack: `conv1`.
    public let name: String
    /// The word that names the choice in a configuration: `conv`.
    public let kind: String
    /// Shape of what enters, for one example: `[D]` or `[H, W, C]`.
    public let inputShape: [Int]
    /// Shape of what leaves, for one example.
    public let outputShape: [Int]
    let layer: any Layer
  }

  /// `encoder` or `decoder`: what the names of its parameters begin with.
  public let name: String
  /// Shape of what enters the first layer, for one example.
  public let inputShape: [Int]
  /// The layers in order; none is allowed.
  public private(set) var layers: [Entry] = []

  /// Shape of what leaves the last layer, for one example.
  public var outputShape: [Int] { layers.last?.outputShape ?? inputShape }

  /// Reads the array of layers under the key `name`.
  ///
  /// - Throws: what a layer's options throw; `invalid` at a layer that does not fit the shape that
  ///   arrives, or whose name is no identifier or is taken.
  package init(
    _ name: String, inputShape: [Int], reading reader: inout ObjectReader
  ) throws(ConfigurationError) {
    self.name = name
    self.inputShape = inputShape
    var layers: [Entry] = []
    var naming = LayerNaming()
    let count = try reader.node[name]?.elements().count ?? 0
    guard count <= SizeLimit.layers else {
      throw reader.error(
        name, expected: "at most \(SizeLimit.layers) layers", found: "\(count) layers")
    }
    _ = try reader.elements(name) { node throws(ConfigurationError) in
      let (read, resolved) = try readLayer(node)
      let name = try naming.name(read, at: node)
      let shape = layers.last?.outputShape ?? inputShape
      layers.append(try Entry(read.layer, name: name, inputShape: shape, at: node))
      return ((), resolved)
    }
    self.layers = layers
  }

  /// Emits all layers.
  ///
  /// - Parameter x: `[N]` + `inputShape`.
  /// - Returns: `[N]` + `outputShape`.
  package func emit(_ x: Value, in emission: inout Emission) -> Value {
    layers.reduce(x) { $1.layer.emit($0, name: "\(name).\($1.name)", in: &emission) }
  }
}

extension LayerStack.Entry {
  fileprivate init(
    _ layer: any Layer, name: String, inputShape: [Int], at node: JSONNode
  ) throws(ConfigurationError) {
    do throws(Misfit) {
      outputShape = try layer.outputShape(of: inputShape)
    } catch {
      throw node.error(error)
    }
    guard outputShape.reduce(1.0, { $0 * Double($1) }) <= Double(SizeLimit.elementsPerExample)
    else {
      throw node.error(
        .outOfRange, expected: "at most 2³¹ elements per example", found: "\(outputShape)")
    }
    (self.layer, self.name, self.inputShape) = (layer, name, inputShape)
    kind = type(of: layer).key
  }
}
