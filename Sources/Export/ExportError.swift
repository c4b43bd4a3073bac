@_exported public import Problems

/// A model that cannot be written in the format that was asked for; its object is a node, an input, an output or a parameter.
public typealias ExportError = Problem<ExportFault>

/// What is wrong with a model that is exported.
public enum ExportFault: Fault {
  /// The format has nothing that is the same.
  case unsupported
  /// Nil: there is one.
  public var word: String? { nil }
}

extension ExportError {
  init(_ object: String, expected: String, found: String, remedy: String) {
    self.init(
      code: .unsupported, object: object, expected: expected, found: found, remedy: remedy)
  }
}
