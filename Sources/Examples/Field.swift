/// One of the named arrays that an example consists of: what a graph sees of it.
public struct Field: Hashable, Sendable, Codable {
  /// What it is called: by configurations, by the inputs of graphs, in files.
  public var name: String
  /// Its shape in one example, channels last: `[D]`, `[H, W, C]`; `[C]` for one of C classes.
  public var shape: [Int]
  /// The classes' names where it is one of these, which graphs see as a 1 among zeros; else nil.
  public var classes: [String]?

  /// A field.
  public init(name: String, shape: [Int], classes: [String]? = nil) {
    (self.name, self.shape, self.classes) = (name, shape, classes)
  }

  /// What every example has: the data that a model encodes.
  public static let data = "x"
  /// What configurations call `labels`.
  public static let label = "label"

  /// Floats that graphs see of it in one example.
  public var size: Int { shape.reduce(1, *) }
}
