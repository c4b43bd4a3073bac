@_exported public import Problems

/// A file that cannot be split or converted as asked.
public typealias RewriteError = Problem<RewriteFault>

/// What is wrong with a file, or with what is asked of it.
public enum RewriteFault: Fault {
  /// No examples in it, or not where they are looked for.
  case noExamples
  /// It is in parts already.
  case divided
  /// A field that is not there, or of another number of examples.
  case missingField
  /// Something that cannot be copied row by row.
  case unsupported
  /// A matrix in CSR form that breaks its form.
  case malformed
  /// A part for which no example is left.
  case emptyPart
  /// A value that the type asked for does not hold.
  case lossy
}
