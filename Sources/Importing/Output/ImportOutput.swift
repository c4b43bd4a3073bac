public import HDF5

/// The HDF5 file that an import fills: rows, classes and sparse rows, appended one after another, in bounded memory.
///
/// What examples consist of has fixed names, so that a configuration which names the file alone finds it: `x` or `images`
/// is the data, `labels` their classes, other fields by their own names. Parts of a set are folders: `train/images`.
public final class ImportOutput {
  /// The file, for attributes and for what is small.
  public let file: HDF5File
  private var parts: [any ImportPart] = []

  package init(_ file: HDF5File) { self.file = file }

  /// Begins a dataset of rows.
  ///
  /// - Parameters:
  ///   - rowShape: Extents of a row: `[D]`, `[H, W]`, `[H, W, C]`; empty for a number.
  ///   - deflate: gzip level; 0 for none.
  public func rows<T: HDF5Element>(
    _ name: String, shape rowShape: [Int], of type: T.Type, deflate: Int = 4
  ) throws -> RowWriter<T> {
    let writer = try RowWriter<T>(file, name, rowShape, deflate: deflate)
    parts.append(writer)
    return writer
  }

  /// Begins a list of classes, one for each example.
  ///
  /// - Parameter names: Classes whose order is known before the first comes; each at most once.
  public func classes(_ name: String, _ names: [String] = []) throws -> ClassWriter {
    let writer = try ClassWriter(file, name, names)
    parts.append(writer)
    return writer
  }

  /// Begins a matrix in CSR form, a row for each example.
  ///
  /// - Parameter columnCount: Columns; nil where they are not known before the end: one more than the largest.
  public func matrix(_ name: String, columnCount: Int? = nil) throws -> CSRWriter {
    let writer = try CSRWriter(file, name, columnCount: columnCount)
    parts.append(writer)
    return writer
  }

  /// Writes a list of texts: names of columns, a vocabulary.
  public func texts(_ name: String, _ values: [String]) throws {
    try file.writeStrings(name, values)
  }

  /// Writes what is still held back.
  package func finish() throws -> [ImportSummary.Dataset] {
    for part in parts { try part.finish() }
    return parts.filter { $0.summary.shape.first != 0 }.map(\.summary)
  }
}

/// A dataset that grows while something is imported.
protocol ImportPart: AnyObject {
  /// Writes what is still held back, and attributes.
  func finish() throws
  /// What has been written.
  var summary: ImportSummary.Dataset { get }
}
