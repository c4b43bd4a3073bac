/// A picture that could not be made.
public struct ReportError: Error, Equatable, CustomStringConvertible {
  /// What could not be made.
  public var object: String
  /// What was expected there.
  public var expected: String
  /// What was found, in the words of the system or library.
  public var found: String
  /// What the reader can do about it, as a full sentence.
  public var remedy: String

  init(_ object: String, expected: String, found: String, remedy: String) {
    (self.object, self.expected) = (object, expected)
    (self.found, self.remedy) = (found, remedy)
  }

  /// One line: where, what was expected, what was found, and what to do.
  public var description: String {
    "\(object): expected \(expected), found \(found). \(remedy)"
  }
}
