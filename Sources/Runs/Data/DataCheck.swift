internal import DataParallel
internal import Datasets
internal import Examples
public import Models
internal import Training

/// Checks of the data's values against the model, before anything learnt from them is saved.
struct DataCheck {
  private let support: ClosedRange<Float>
  private let likelihood: String
  private let file: String
  private let dataset: String

  /// Checks for a model on the training data of a configuration.
  init(_ model: Model, _ data: DataConfiguration) {
    (support, likelihood) = (model.dataSupport, model.likelihoodName)
    (file, dataset) = (data.file, data.train)
  }

  /// Checks up to 256 examples each from four places, which a file that is still being read has soon;
  /// all of those that stay in memory by their non-zeros.
  ///
  /// - Throws: `DatasetError.unsupportedValue` naming the example; what is wrong with the data there.
  func checkSome(of set: ExampleSet) throws {
    let source = data(of: set)
    if source.sparse != nil, source.window == nil {
      try check(set.positions, of: source)
      return
    }
    let (count, some) = (set.positions.count, 256)
    if count <= 4 * some {
      try check(set.positions, of: source)
      return
    }
    for place in 0..<4 {
      let first = (count - some) * place / 3
      try check(Array(set.positions[first..<first + some]), of: source)
    }
  }

  /// Checks all examples, some at a time.
  ///
  /// - Returns: what is strange about them and does no harm, in words.
  /// - Throws: As `checkSome`.
  func checkAll(of set: ExampleSet) throws -> [String] {
    let source = data(of: set)
    let size = source.exampleShape.reduce(1, *)
    let rowsAtOnce = max(1, (1 << 20) / size)
    var (lowest, highest) = ([Float](), [Float]())
    for first in stride(from: 0, to: set.positions.count, by: rowsAtOnce) {
      let rows = Array(set.positions[first..<min(first + rowsAtOnce, set.positions.count)])
      let values = try checkedValues(rows, of: source)
      if first == 0 { (lowest, highest) = (Array(values[..<size]), Array(values[..<size])) }
      for start in stride(from: 0, to: values.count, by: size) {
        for column in 0..<size {
          lowest[column] = min(lowest[column], values[start + column])
          highest[column] = max(highest[column], values[start + column])
        }
      }
    }
    // Images have borders that never change; columns of a table should.
    let constant = lowest.indices.filter { lowest[$0] == highest[$0] }
    guard source.exampleShape.count == 1 || constant.count == size, !constant.isEmpty else {
      return []
    }
    let few = constant.prefix(8).map(String.init).joined(separator: ", ")
    return [
      "\(file): \(dataset): \(constant.count) of \(size) columns have the same value in every example "
        + "(\(few)\(constant.count > 8 ? ", …" : "")). They teach nothing: leave them out."
    ]
  }

  /// What the likelihood describes of the examples.
  private func data(of set: ExampleSet) -> any FieldSource {
    guard let source = set.source[Field.data] else {
      preconditionFailure("examples with the fields \(set.source.fieldNames), without data")
    }
    return source
  }

  private func check(_ rows: [UInt32], of source: any FieldSource) throws {
    guard let examples = source.sparse else {
      _ = try checkedValues(rows, of: source)
      return
    }
    let found = try examples.firstElement(of: rows) { !support.contains($0) }
    if let found { throw problem(found.value, row: found.row, element: found.column) }
  }

  private func checkedValues(_ rows: [UInt32], of source: any FieldSource) throws -> [Float] {
    let values = try source.values(at: rows)
    guard let place = values.firstIndex(where: { !support.contains($0) }) else { return values }
    let size = source.exampleShape.reduce(1, *)
    throw problem(values[place], row: rows[place / size], element: place % size)
  }

  private func problem(_ value: Float, row: UInt32, element: Int) -> DatasetError {
    let isOpen = support.upperBound == .greatestFiniteMagnitude
    return DatasetError(
      code: .unsupportedValue, file: file, object: dataset,
      expected: isOpen
        ? "numbers of at least \(support.lowerBound), as the likelihood \(likelihood) describes"
        : "numbers from \(support.lowerBound) to \(support.upperBound), as the likelihood "
          + "\(likelihood) describes",
      found: "\(value) in row \(row), element \(element)",
      remedy: isOpen
        ? "Correct the data, or choose another likelihood."
        : "Set data.scale so that they fit (1/255 = 0.00392156862745098 for grey levels), or choose the "
          + "likelihood gaussian.")
  }
}

extension RunData {
  /// Reads all examples to train on, and checks them against a model: all that stay in memory, some of others.
  ///
  /// - Returns: what is strange about them and does no harm, in words.
  /// - Throws: `DatasetError` or `HDF5Error` naming the example and what to do.
  public func check(for model: Model, _ configuration: DataConfiguration) throws -> [String] {
    try finishReading()
    let check = DataCheck(model, configuration)
    // With their zeros they would be many; from a file, another epoch's reading.
    if training.source.sparsity[Field.data] == nil, training.source.window == nil {
      return try check.checkAll(of: training)
    }
    try check.checkSome(of: training)
    return []
  }
}
