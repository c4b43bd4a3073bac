/// A model that cannot be written in the format that was asked for.
public struct ExportError: Error, Equatable, CustomStringConvertible {
  /// What cannot be written: a node, an input, an output or a parameter.
  public var object: String
  /// What the format needs there.
  public var expected: String
  /// What is there.
  public var found: String
  /// What the reader can do about it, as a full sentence.
  public var remedy: String

  init(_ object: String, expected: String, found: String, remedy: String) {
    (self.object, self.expected) = (object, expected)
    (self.found, self.remedy) = (found, remedy)
  }

  /// One line: where, what was expected, what is there, and what to do.
  public var description: String {
    "\(object): expected \(expected), found \(found). \(remedy)"
  }
}
