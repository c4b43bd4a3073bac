package import Configuration
package import Examples

/// Layers one after another, with all shapes known.
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

  /// What the names of its parameters begin with: `encoder`, `decoder`.
  public let name: String
  /// Shape of what enters the first layer, for one example.
  public let inputShape: [Int]
  /// The layers in order; none is allowed.
  public private(set) var layers: [Entry] = []

  /// Shape of what leaves the last layer, for one example.
  public var outputShape: [Int] { layers.last?.outputShape ?? inputShape }

  /// No layer.
  init(_ name: String, inputShape: [Int]) { (self.name, self.inputShape) = (name, inputShape) }

  /// Joins layers that were read.
  ///
  /// - Throws: `invalid` at a layer that does not fit the shape that arrives.
  package init(
    _ name: String, _ read: [NamedLayer], inputShape: [Int], fields: [Field]
  ) throws(ConfigurationError) {
    self.name = name
    self.inputShape = inputShape
    for layer in read { layers.append(try Entry(layer, inputShape: outputShape, fields: fields)) }
  }

  /// What layers have made of an array, by the layers' names.
  package struct Features {
    /// What leaves the last layer.
    package var end: Expression
    /// What leaves each, `[N]` + its output shape.
    package var named: [String: Expression] = [:]
  }

  /// Emits all layers.
  ///
  /// - Parameter x: `[N]` + `inputShape`.
  package func emit(_ x: Expression) -> Features {
    layers.reduce(into: Features(end: x)) { features, entry in
      features.end = entry.layer.emit(features.end, name: "\(name).\(entry.name)")
      features.named[entry.name] = features.end
    }
  }
}

extension LayerStack.Entry {
  fileprivate init(
    _ read: NamedLayer, inputShape: [Int], fields: [Field]
  ) throws(ConfigurationError) {
    do throws(Misfit) {
      outputShape = try read.layer.outputShape(of: inputShape, fields: fields)
    } catch {
      throw read.node.error(error)
    }
    guard outputShape.reduce(1.0, { $0 * Double($1) }) <= Double(SizeLimit.elementsPerExample)
    else {
      throw read.node.error(
        .outOfRange, expected: "at most 2³¹ elements per example", found: "\(outputShape)")
    }
    (layer, name, self.inputShape) = (read.layer, read.name, inputShape)
    kind = type(of: layer).key
  }
}
