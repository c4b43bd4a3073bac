public import Files
internal import HDF5

/// A minibatch as a file, to look at why a step came to no number.
///
/// An HDF5 file: `/examples`, float32 `[n]` + example shape, as the model saw them; `/indices`, int64
/// `[n]`, their positions in their dataset; attributes of the root: `format`, the string "vae-dp
/// minibatch", and those given. Written as a checkpoint is: staged, synchronised, renamed.
public struct SavedMinibatch: Sendable {
  /// What is known about it: an integer or a text by name.
  public enum Attribute: Sendable, Hashable {
    case integer(Int)
    case text(String)
  }

  /// The examples, row after row: `[indices.count]` + `shape`.
  public var examples: [Float]
  /// Shape of one example.
  public var shape: [Int]
  /// Positions of the examples in their dataset.
  public var indices: [UInt32]
  /// Attributes of the root.
  public var attributes: [(name: String, value: Attribute)]

  /// A minibatch.
  public init(
    examples: [Float], shape: [Int], indices: [UInt32],
    attributes: [(name: String, value: Attribute)]
  ) {
    (self.examples, self.shape) = (examples, shape)
    (self.indices, self.attributes) = (indices, attributes)
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
    try file.write("/examples", shape: [indices.count] + shape, values: examples.span)
    let positions = indices.map { Int64($0) }
    try file.write("/indices", shape: [indices.count], values: positions.span)
    try file.close()
  }
}
