import Export
import GraphIR

extension GraphBuilder {
  /// A trained parameter of this shape.
  mutating func declared(_ name: String, _ shape: Shape) -> Value {
    parameter(
      ParameterDeclaration(
        name: name, shape: shape, initializer: .constant(0), role: .trained(isWeight: true)))
  }
}

extension ONNXNodeProto {
  /// The list of integers under a name.
  func integers(_ name: String) -> [Int64] {
    attribute.first { $0.name == name }?.ints ?? []
  }
}

extension ONNXValueInfoProto {
  /// Extents as text: names of dynamic ones, numbers of others.
  var extents: [String] {
    type.tensorType.shape.dim.map { $0.dimParam.isEmpty ? "\($0.dimValue)" : $0.dimParam }
  }
}
