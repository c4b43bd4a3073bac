internal import HDF5
internal import Storage

/// Reads data sets and labels from HDF5 files.
public enum DatasetReader {
  /// Opens a dataset to be read into memory.
  ///
  /// Rows are `[N, D]`, `[N, H, W]` (one channel is added), `[N, H, W, C]`, or `[N, C, H, W]` when
  /// that is declared; elements are bool or uint8, which stay bytes, or other numbers, which become
  /// float32: integers of at most 63 bits, float16, float32, float64. Memory holds the result and, for each thread that reads, a block of about 1 MiB or
  /// one chunk of the file.
  ///
  /// A data set of more than 16 MiB is read in the background: what is wrong with its values is
  /// thrown by `load` and `finishReading` of the result instead of here.
  /// - Parameters:
  ///   - file: Path of the HDF5 file.
  ///   - dataset: Path inside it, for example `train/images`.
  ///   - layout: Where the channels are; `.auto` asks the attribute `layout`.
  ///   - scale: What values are multiplied by. Without it the attribute `scale` decides, and without
  ///     that 1/255 for bytes of which one is above 1, else 1; for that all bytes are read here.
  ///   - missingChunks: What becomes of chunks that the file does not hold.
  /// - Throws: `DatasetError` for a missing file, a shape, type or attribute that does not fit, or a
  ///   value that is not finite, with its row; `HDF5Error` for what the file itself has.
  public static func open(
    file: String, dataset: String, layout: ImageLayout = .auto, scale: Double? = nil,
    missingChunks: MissingChunkRule = .refuse
  ) throws -> MemoryExamples {
    try open(
      file: file, dataset: dataset, layout: layout, scale: scale, missingChunks: missingChunks,
      readAtOnce: 16 << 20)
  }

  /// As above, where data sets of more than `readAtOnce` bytes are read in the background.
  package static func open(
    file: String, dataset: String, layout: ImageLayout = .auto, scale: Double? = nil,
    missingChunks: MissingChunkRule = .refuse, readAtOnce: Int
  ) throws -> MemoryExamples {
    let source = try Source(file: file, dataset: dataset)
    let declared = try source.layout(argument: layout)
    let shape = try ExampleLayout(
      shape: source.info.shape, layout: declared ?? .channelsLast, isDeclared: declared != nil,
      problem: source.problem)
    let element = try source.element()
    try source.requireMemory(shape, element)
    try missingChunks.check(source.info.path, of: source.file, file)
    let scale = try source.scale(argument: scale)
    let reading = try source.reading(shape, element, scale: scale ?? 1)
    let loader = RowLoader(
      rowCount: shape.rowCount, blockRows: reading.rowsPerBlock, read: reading.read)
    let isScaleKnown = scale != nil || reading.element != .bytes
    if isScaleKnown, reading.memory.byteCount > readAtOnce {
      loader.start()
    } else {
      try loader.finish()
    }
    return MemoryExamples(
      reading.memory, reading.element, exampleShape: shape.exampleShape,
      scale: Float(scale ?? (isScaleKnown || !reading.hasGreyLevels ? 1 : 1 / 255)),
      loader: loader)
  }

  /// Reads labels: `[N]` or `[N, 1]` integers.
  ///
  /// - Throws: `DatasetError` for a missing file, another shape or type; `HDF5Error`.
  public static func labels(
    file: String, dataset: String, missingChunks: MissingChunkRule = .refuse
  ) throws -> [Int64] {
    let source = try Source(file: file, dataset: dataset)
    let shape = source.info.shape
    guard shape.count == 1 || (shape.count == 2 && shape[1] == 1) else {
      throw source.problem(
        .wrongShape, "labels of shape [N]", "\(shape)", "Name the dataset of the labels.")
    }
    guard shape[0] > 0 else {
      throw source.problem(.empty, "at least one label", "none", "Choose another dataset.")
    }
    guard source.info.elementType.isInteger else {
      throw source.problem(
        .wrongType, "integers of at most 63 bits", "\(source.info.elementType)",
        "Convert the labels, for example with numpy's astype('int64').")
    }
    try missingChunks.check(source.info.path, of: source.file, file)
    return try source.file.read(dataset, as: Int64.self)
  }
}

extension DatasetReader {
  /// The attributes that reading a data set asks for by name.
  public static let attributes = StoredAttribute.allCases.map(\.rawValue)
}
