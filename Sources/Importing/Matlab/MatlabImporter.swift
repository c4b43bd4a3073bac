internal import Configuration
internal import HDF5

/// Reads MATLAB files.
struct MatlabImporter: Importer {
  static let name = "mat"
  static let meaning = """
    A MATLAB file of version 4 to 7 (7.3 is HDF5 and is trained on as it is). One array becomes 'x', or 'images' where it is of \
    bytes and 3 or 4 axes, and a sparse one a CSR matrix; vectors y or labels become 'labels', other arrays of as many examples \
    keep their names. Cells of matrices with equal columns are sequences: their frames become 'x', and 'sequence' tells which \
    one a frame is of; traindata, validdata and testdata become train, valid and test.
    """

  enum Axis: String, CaseIterable { case first, last }

  private let data: String?
  private let labels: String?
  private let examples: Axis

  init(reading reader: inout ObjectReader) throws(ConfigurationError) {
    data = try reader.optionalString(
      "data",
      "The variable that is the data; null for one called x, data or features, else the largest.")
    labels = try reader.optionalString(
      "labels", "The variable of the classes; null for one called y, label, labels or gnd.")
    examples = try reader.word(
      "examples", default: .first, "Which axis of the data counts examples.")
  }

  static func recognises(_ source: ImportSource) -> Bool {
    source.suffix == "mat" || source.firstBytes.starts(with: "MATLAB ".utf8)
  }

  func read(_ source: ImportSource, into output: ImportOutput, _ progress: ImportProgress) throws {
    let variables = try MatlabFile.variables(reading: source.path) {
      try progress.reached($0 / 2)
    }
    for variable in variables where !variable.name.isPlainName {
      throw source.problem(
        .malformed, "names of letters, digits and _", "'\(variable.name)'",
        "Write the file again, with save -v7 in MATLAB.")
    }
    let sequences = variables.filter { $0.frameWidth != nil }
    if data == nil, !sequences.isEmpty {
      try write(sequences, of: variables, into: output, progress)
    } else {
      try write(variables, source, into: output, progress)
    }
  }

  // MARK: Arrays

  private func write(
    _ variables: [MatlabArray], _ source: ImportSource, into output: ImportOutput,
    _ progress: ImportProgress
  ) throws {
    let numeric = variables.filter(\.isNumeric)
    guard let data = chosen(data, of: numeric) ?? (data == nil ? usualData(of: numeric) : nil)
    else {
      let list = variables.map(\.text).joined(separator: ", ")
      throw source.problem(
        .empty, data.map { "the variable '\($0)' of numbers" } ?? "an array of numbers",
        list.isEmpty ? "no variable" : list, "Say which variable is the data: data=NAME.")
    }
    let count = examples == .first ? data.shape[0] : data.shape[data.shape.count - 1]
    let others = numeric.filter { $0.name != data.name && $0.exampleAxis(count, examples) != nil }
    let labels = chosen(labels, of: others) ?? (labels == nil ? usualLabels(of: others) : nil)
    if labels == nil, let name = self.labels {
      throw source.problem(
        .missingFile, at: name, "a variable of \(count) numbers", "none", "Correct labels=NAME.")
    }
    var names: Set<String> = ["x", "images", "labels"]
    try write(data, as: data.isImages ? "images" : "x", examples, source, into: output)
    try progress.reached(0.9)
    for variable in others {
      guard let axis = variable.exampleAxis(count, examples) else { continue }
      if variable.name == labels?.name, let codes = variable.wholeNumbers {
        try output.rows("labels", shape: [], of: Int64.self).append(codes)
        continue
      }
      let name = names.contains(variable.name) ? variable.name + "_" : variable.name
      guard names.insert(name).inserted else { continue }
      try write(variable, as: name, axis, source, into: output)
    }
    let left = variables.filter { variable in
      variable.name != data.name && !others.contains { $0.name == variable.name }
    }
    if !left.isEmpty {
      progress.note("left out: \(left.map(\.text).joined(separator: ", "))")
    }
    progress.note("'\(data.text)' is the data")
  }

  private func chosen(_ name: String?, of variables: [MatlabArray]) -> MatlabArray? {
    variables.first { $0.name == name }
  }

  private func usualData(of variables: [MatlabArray]) -> MatlabArray? {
    let names = ["x", "data", "features", "fea", "images"]
    let named = variables.filter { names.contains($0.name.lowercased()) }
    return (named.isEmpty ? variables : named).max { $0.elementCount < $1.elementCount }
  }

  private func usualLabels(of variables: [MatlabArray]) -> MatlabArray? {
    variables.first {
      ["y", "label", "labels", "gnd"].contains($0.name.lowercased()) && $0.wholeNumbers != nil
    }
  }

  private func write(
    _ array: MatlabArray, as name: String, _ axis: Axis, _ source: ImportSource,
    into output: ImportOutput
  ) throws {
    switch array.content {
    case .numbers(.uint8(let values)):
      let rows = try write(values, array.shape, axis, name, output)
      if array.isImages { try rows.set("scale", .real(1 / 255)) }
    case .numbers(.int32(let values)): _ = try write(values, array.shape, axis, name, output)
    case .numbers(.int64(let values)): _ = try write(values, array.shape, axis, name, output)
    case .numbers(.float(let values)): _ = try write(values, array.shape, axis, name, output)
    case .numbers(.double(let values)): _ = try write(values, array.shape, axis, name, output)
    case .sparse(let matrix): try write(matrix, array, axis, name, source, output)
    case .cells, .other: break
    }
  }

  /// Writes examples row-major out of what stands column by column; an axis of one that vectors have is left out.
  private func write<T: HDF5Element>(
    _ values: [T], _ shape: [Int], _ axis: Axis, _ name: String, _ output: ImportOutput
  ) throws -> RowWriter<T> {
    let isFirst = axis == .first
    let count = isFirst ? shape[0] : shape[shape.count - 1]
    var rest = Array(isFirst ? shape.dropFirst() : shape.dropLast())
    let strides = offsets(rest).map { isFirst ? $0 * count : $0 }
    if rest == [1], name != "x" { rest = [] }
    let rows = try output.rows(name, shape: rest, of: T.self)
    let step = isFirst ? 1 : strides.count
    for row in 0..<count { try rows.append(strides.map { values[row * step + $0] }) }
    return rows
  }

  /// Where the elements of an array lie that stands column by column, in row-major order.
  private func offsets(_ shape: [Int]) -> [Int] {
    var (offsets, stride) = ([0], 1)
    for extent in shape {
      offsets = offsets.flatMap { offset in (0..<extent).map { offset + $0 * stride } }
      stride *= extent
    }
    return offsets
  }

  private func write(
    _ matrix: MatlabSparse, _ array: MatlabArray, _ axis: Axis, _ name: String,
    _ source: ImportSource, _ output: ImportOutput
  ) throws {
    // Each non-zero as example and feature, brought to the order of examples.
    let columns = (0..<array.shape[1]).flatMap { column in
      repeatElement(column, count: matrix.starts[column + 1] - matrix.starts[column])
    }
    let isFirst = axis == .first
    let (rowOf, columnOf) = isFirst ? (matrix.rows, columns) : (columns, matrix.rows)
    let (rowCount, columnCount) =
      isFirst ? (array.shape[0], array.shape[1]) : (array.shape[1], array.shape[0])
    guard rowCount <= (1 << 20) + 1024 * rowOf.count, columnCount > 0 else {
      throw source.problem(
        .tooLarge, at: array.name, "examples that are mostly not empty", "\(rowCount) of them",
        "Check that this is the right file.")
    }
    let order = rowOf.indices.sorted { (rowOf[$0], columnOf[$0]) < (rowOf[$1], columnOf[$1]) }
    let writer = try output.matrix(name, columnCount: columnCount)
    var next = 0
    for row in 0..<rowCount {
      let first = next
      while next < order.count, rowOf[order[next]] == row {
        guard next == first || columnOf[order[next]] != columnOf[order[next - 1]] else {
          throw source.problem(
            .malformed, at: array.name, "each place once",
            "row \(row), column \(columnOf[order[next]]) twice",
            "Write the file again.")
        }
        next += 1
      }
      let places = order[first..<next]
      try writer.append(
        columns: places.map { Int32(columnOf[$0]) }, values: places.map { Float(matrix.values[$0]) }
      )
    }
  }

  // MARK: Sequences

  private func write(
    _ sequences: [MatlabArray], of variables: [MatlabArray], into output: ImportOutput,
    _ progress: ImportProgress
  ) throws {
    let parts = [
      "traindata": "train/", "train": "train/", "validdata": "valid/", "valid": "valid/",
      "testdata": "test/", "test": "test/",
    ]
    for variable in sequences {
      guard case .cells(let cells) = variable.content, let width = variable.frameWidth else {
        continue
      }
      let prefix = parts[variable.name] ?? (sequences.count == 1 ? "" : "\(variable.name)/")
      let numbers = cells.compactMap(\.numbers)
      let areBytes = numbers.allSatisfy { if case .uint8 = $0 { true } else { false } }
      if areBytes {
        let rows = try output.rows("\(prefix)x", shape: [width], of: UInt8.self)
        for case .uint8(let values) in numbers { try append(values, width, to: rows) }
      } else {
        let rows = try output.rows("\(prefix)x", shape: [width], of: Double.self)
        for values in numbers { try append(values.doubles, width, to: rows) }
      }
      let places = try output.rows("\(prefix)sequence", shape: [], of: Int32.self)
      for (place, values) in numbers.enumerated() {
        try places.append(repeatElement(Int32(place), count: values.count / width))
      }
      progress.note(
        "'\(variable.name)': the frames of \(cells.count) sequences are examples; "
          + "'\(prefix)sequence' tells which one each is of")
    }
    let left = variables.filter { variable in !sequences.contains { $0.name == variable.name } }
    if !left.isEmpty { progress.note("left out: \(left.map(\.text).joined(separator: ", "))") }
  }

  private func append<T>(_ values: [T], _ width: Int, to rows: RowWriter<T>) throws {
    let count = values.count / width
    for frame in 0..<count { try rows.append((0..<width).map { values[frame + $0 * count] }) }
  }
}

extension MatlabArray {
  fileprivate var numbers: MatlabNumbers? {
    if case .numbers(let numbers) = content { numbers } else { nil }
  }

  /// Whether it holds numbers, and some.
  fileprivate var isNumeric: Bool {
    guard !shape.contains(0) else { return false }
    if case .sparse = content { return true }
    return numbers != nil
  }

  fileprivate var elementCount: Int { shape.reduce(1, *) }

  fileprivate var isImages: Bool {
    guard case .numbers(.uint8) = content else { return false }
    return (3...4).contains(shape.count)
  }

  /// The axis that has as many places as there are examples; vectors may lie or stand.
  fileprivate func exampleAxis(_ count: Int, _ usual: MatlabImporter.Axis) -> MatlabImporter.Axis? {
    if shape.count == 2, numbers != nil, shape.contains(1), elementCount == count {
      return shape[0] == count ? .first : .last
    }
    let extent = usual == .first ? shape[0] : shape[shape.count - 1]
    return extent == count ? usual : nil
  }

  /// The numbers of a vector, where all are whole.
  fileprivate var wholeNumbers: [Int64]? {
    guard shape.count == 2, shape.contains(1), let values = numbers else { return nil }
    let whole: [Int64]
    switch values {
    case .int64(let values): whole = values
    default: whole = values.doubles.compactMap { Int64(exactly: $0) }
    }
    return whole.count == values.count ? whole : nil
  }

  /// Columns of the matrices that all cells hold; nil where they differ, or where it is no sequences.
  fileprivate var frameWidth: Int? {
    guard case .cells(let cells) = content, let width = cells.first?.shape[1], width > 0 else {
      return nil
    }
    return cells.allSatisfy { $0.numbers != nil && $0.shape.count == 2 && $0.shape[1] == width }
      ? width : nil
  }
}

extension String {
  /// Whether it is a name as MATLAB has them, which is safe as a name in the output too.
  fileprivate var isPlainName: Bool {
    !isEmpty && utf8.count <= 127
      && utf8.allSatisfy { byte in
        (48..<58).contains(byte) || (65..<91).contains(byte) || (97..<123).contains(byte)
          || byte == 95
      }
  }
}
