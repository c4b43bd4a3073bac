@_exported public import Problems

/// A picture that could not be made.
public typealias ReportError = Problem<ReportFault>

/// What is wrong with a picture.
public enum ReportFault: Fault {
  /// libpng does not write it, and says why.
  case refused
  /// Nil: there is one.
  public var word: String? { nil }
}
