/// What a field of the examples is to be.
public enum FieldKind: String, Hashable, Sendable, CaseIterable {
  /// What a model encodes: numbers, of which bytes may be grey levels.
  case data
  /// Classes where it is one integer or text for each example, else numbers.
  case any
  /// Numbers as they are stored, also one for each example.
  case numbers
  /// One class for each example.
  case classes
}
