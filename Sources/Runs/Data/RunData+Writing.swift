internal import Datasets
internal import Examples
internal import HDF5
internal import Importing

extension RunData {
  /// Writes the examples as training sees them: channels last, float32, multiplied by their scale; `train/x`,
  /// `train/labels` and other fields by their names, and the same of `validation` and `test`. What is sparse stays so.
  ///
  /// - Parameters:
  ///   - path: The HDF5 file to be, which appears under its name when it is whole.
  ///   - replacing: Whether a file of this name may be replaced.
  ///   - step: Told how many of all values are written, 0...1; what it throws ends the work, and nothing is left.
  /// - Throws: What is wrong with the data; `HDF5Error`, `OutputError`.
  public func write(
    to path: String, replacing: Bool = false, step: (_ done: Double) throws -> Void = { _ in }
  ) throws {
    let sets = [("train", training), ("validation", validation), ("test", test)]
      .compactMap { name, set in set.map { (name, $0) } }
    let total = sets.reduce(0) { $0 + $1.1.positions.count } * fields.count
    var done = 0
    try HDF5File.write(to: path, replacing: replacing) { file in
      let output = ImportOutput(file)
      for (part, set) in sets {
        for field in fields {
          let usual = [Field.data: "x", Field.label: "labels"]
          let name = "\(part)/\(usual[field.name] ?? field.name)"
          try set.write(field, as: name, to: output) { count in
            done += count
            try step(Double(done) / Double(max(1, total)))
          }
        }
      }
      _ = try output.finish()
    }
  }
}

extension ExampleSet {
  /// Writes a field of the examples, some at a time.
  fileprivate func write(
    _ field: Field, as name: String, to output: ImportOutput, step: (Int) throws -> Void
  ) throws {
    guard let source = source[field.name] else { return }
    if let labels = source as? ClassExamples {
      let writer = try output.classes(name, labels.names)
      for position in positions {
        try writer.append(labels.names[Int(labels.indices[Int(position)])])
      }
      return try step(positions.count)
    }
    let append: ([Float]) throws -> Void
    if source.sparse != nil {
      let writer = try output.matrix(name, columnCount: field.size)
      append = { values in
        for start in stride(from: 0, to: values.count, by: field.size) {
          let row = values[start..<start + field.size]
          let columns = row.indices.filter { row[$0] != 0 }
          try writer.append(
            columns: columns.map { Int32($0 - start) }, values: columns.map { row[$0] })
        }
      }
    } else {
      let writer = try output.rows(name, shape: field.shape, of: Float.self)
      append = { try writer.append($0) }
    }
    let count = max(1, (1 << 20) / field.size)
    for first in stride(from: 0, to: positions.count, by: count) {
      let rows = Array(positions[first..<min(first + count, positions.count)])
      try append(source.values(at: rows))
      try step(rows.count)
    }
  }
}
