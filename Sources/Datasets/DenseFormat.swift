internal import HDF5
internal import Storage

/// Datasets of numbers, kept as they are stored.
///
/// Rows are `[N, D]`, `[N, H, W]` (one channel is added), `[N, H, W, C]`, or `[N, C, H, W]` when that is declared; of
/// fields beside the data `[N]` too. Elements are bool or uint8, which stay bytes, or other numbers, which become
/// float32: integers of at most 63 bits, float16, float32, float64. Memory holds the result and, for each thread that
/// reads, a block of about 1 MiB or one chunk of the file.
enum DenseFormat: DatasetFormat {
  static func open(_ request: DatasetRequest) throws -> (any StoredExamples)? {
    let source = try Source(request)
    let declared = try source.layout(argument: request.layout)
    let stored = source.info.shape
    let shape = try ExampleLayout(
      shape: request.kind != .data && stored.count == 1 ? stored + [1] : stored,
      layout: declared ?? .channelsLast, isDeclared: declared != nil, problem: source.problem)
    let element = try source.element()
    try source.requireMemory(shape, element)
    try request.missingChunks.check(source.info.path, of: source.file, request.filePath)
    var scale = try source.scale(argument: request.scale)
    // Only the data of images are taken for grey levels.
    if request.kind != .data { scale = scale ?? 1 }
    let reading = try source.reading(shape, element, scale: scale ?? 1)
    let loader = RowLoader(
      rowCount: shape.rowCount, blockRows: reading.rowsPerBlock, read: reading.read)
    let isScaleKnown = scale != nil || reading.element != .bytes
    if isScaleKnown, reading.memory.byteCount > request.readAtOnce {
      loader.start()
    } else {
      try loader.finish()
    }
    return MemoryExamples(
      reading.memory, reading.element, exampleShape: shape.exampleShape,
      scale: Float(scale ?? (isScaleKnown || !reading.hasGreyLevels ? 1 : 1 / 255)),
      loader: loader)
  }
}
