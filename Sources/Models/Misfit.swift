package import Configuration

/// A choice that does not fit what it meets in its model.
package struct Misfit: Error, Equatable {
  /// What the choice needs.
  package var expected: String
  /// What it meets.
  package var found: String
  /// What the user can do about it.
  package var remedy: String?

  /// A misfit.
  package init(expected: String, found: String, remedy: String? = nil) {
    self.expected = expected
    self.found = found
    self.remedy = remedy
  }
}

extension JSONNode {
  /// The error about the choice that stands here.
  package func error(_ misfit: Misfit) -> ConfigurationError {
    error(expected: misfit.expected, found: misfit.found, remedy: misfit.remedy)
  }
}
