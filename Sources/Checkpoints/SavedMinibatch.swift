public import Files
internal import HDF5

/// A minibatch as a file, to look at why a step came to no number.
///
/// An HDF5 file: `/fields/x` and further fields, float32 `[n]` + the field's shape, as the model saw them, with the
/// attribute `classes` where they are classes; `/indices`, int64 `[n]`, their positions in their dataset; attributes of
/// the root: `format`, the string "vae-dp minibatch", and those given. Written as a checkpoint is: staged,
/// synchronised, renamed.
public struct SavedMinibatch: Sendable {
  /// What is known about it: an integer or a text by name.
  public enum Attribute: Sendable, Hashable {
    case integer(Int)
    case text(String)
  }

  /// A field of the examples.
  public struct Values: Sendable, Hashable {
    /// What it is called.
    public var name: String
    /// Its shape in one example.
    public var shape: [Int]
    /// The classes' names where it is one of these.
    public var classes: [String]?
    /// Row after row: `[indices.count]` + `shape`.
    public var values: [Float]

    /// A field.
    public init(name: String, shape: [Int], classes: [String]? = nil, values: [Float]) {
      (self.name, self.shape, self.classes, self.values) = (name, shape, classes, values)
    }
  }

  /// The fields of the examples.
  public var fields: [Values]
  /// Positions of the examples in their dataset.
  public var indices: [UInt32]
  /// Attributes of the root.
  public var attributes: [(name: String, value: Attribute)]

  /// A minibatch.
  public init(
    fields: [Values], indices: [UInt32], attributes: [(name: String, value: Attribute)]
  ) {
    (self.fields, self.indices, self.attributes) = (fields, indices, attributes)
  }

  /// Writes the file, replacing what is there.
  ///
  /// - Throws: `.inputOutput`; what was there before is there still, or the new file is.
  public func write(
    to path: String, files: any FileSystem = LocalFileSystem()
  ) throws(CheckpointError) {
    do {
      try files.replace(path, by: fill)
    } catch {
      throw CheckpointError(error, at: path, isReading: false)
    }
  }

  private func fill(_ path: String) throws {
    let file = try HDF5File.create(at: path)
    try file.setAttribute("format", of: "/", to: .string("vae-dp minibatch"))
    for (name, value) in attributes {
      switch value {
      case .integer(let number): try file.setAttribute(name, of: "/", to: .integer(number))
      case .text(let text): try file.setAttribute(name, of: "/", to: .string(text))
      }
    }
    for field in fields {
      let path = "/fields/\(field.name)"
      try file.write(path, shape: [indices.count] + field.shape, values: field.values.span)
      if let classes = field.classes {
        try file.setAttribute("classes", of: path, to: .strings(classes))
      }
    }
    let positions = indices.map { Int64($0) }
    try file.write("/indices", shape: [indices.count], values: positions.span)
    try file.close()
  }
}
