public import HDF5

/// Rows that are appended to a dataset, about 1 MiB at a time.
public final class RowWriter<Element: HDF5Element>: ImportPart {
  private let file: HDF5File
  private let name: String
  private let rowShape: [Int]
  private let rowSize: Int
  private let blockSize: Int
  private var block: [Element] = []
  /// Rows so far.
  public private(set) var count = 0

  init(_ file: HDF5File, _ name: String, _ rowShape: [Int], deflate: Int) throws {
    (self.file, self.name, self.rowShape) = (file, name, rowShape)
    rowSize = rowShape.reduce(1, *)
    // As many rows as a chunk of the file has.
    blockSize = max(1, (1 << 20) / MemoryLayout<Element>.size / rowSize) * rowSize
    try file.createGrowingDataset(
      name, rowShape: rowShape, of: Element.self, deflate: deflate == 0 ? nil : deflate)
  }

  /// Appends whole rows.
  ///
  /// - Precondition: `values` are a multiple of a row's elements.
  /// - Throws: `HDF5Error`, a full disk among others.
  public func append(_ values: some Collection<Element>) throws {
    precondition(
      values.count % rowSize == 0, "\(name): \(values.count) values in rows of \(rowSize)")
    count += values.count / rowSize
    block.append(contentsOf: values)
    guard block.count >= blockSize else { return }
    let rows = block
    block = []
    var done = 0
    while rows.count - done >= blockSize {
      try file.append(name, rows.span.extracting(done..<done + blockSize))
      done += blockSize
    }
    block.append(contentsOf: rows[done...])
  }

  func finish() throws {
    let rows = block
    block = []
    try file.append(name, rows.span)
  }

  var summary: ImportSummary.Dataset {
    ImportSummary.Dataset(
      name: name, shape: [count] + rowShape, content: "\(Element.elementType)")
  }

  /// Sets an attribute of the dataset, such as `scale`.
  public func set(_ attribute: String, _ value: AttributeValue) throws {
    try file.setAttribute(attribute, of: name, to: value)
  }
}
