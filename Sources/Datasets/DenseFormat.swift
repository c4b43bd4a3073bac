internal import Examples
internal import HDF5
internal import Storage

/// Datasets of numbers, kept as they are stored.
///
/// Examples are `[N, D]`, `[N, H, W]` (one channel is added), `[N, H, W, C]`, or `[N, C, H, W]` when that is declared; of
/// fields beside the data `[N]` too. Their axes may be stored in another order (`AxisConvention`). Elements are bool or
/// uint8, which stay bytes, or other numbers, which become float32: integers of at most 63 bits, enumerations, float16,
/// float32, float64. Memory holds the result, or as much of it as it may, and, for each thread that reads, a block of
/// about 1 MiB or one chunk of the file. What is stored by elements instead of examples is held whole.
enum DenseFormat: DatasetFormat {
  static func outline(_ request: DatasetRequest) throws -> ExampleOutline? {
    if try request.members() != nil { return nil }
    let source = try Source(request)
    _ = try source.element()
    let layout = try source.layout(request)
    return ExampleOutline(
      count: layout.rowCount, shape: layout.exampleShape,
      note: source.convention.note(source.info.shape))
  }

  static func open(_ request: DatasetRequest) throws -> (any StoredExamples)? {
    let source = try Source(request)
    let element = try source.element()
    let layout = try source.layout(request)
    let isStreamed = try !source.fits(
      layout, element, layout.isByExample ? request.memory : nil)
    try request.missingChunks.check(source.info.path, of: source.file, request.filePath)
    var scale = try source.scale(argument: request.scale)
    // Only the data of images are taken for grey levels.
    if request.kind != .data { scale = scale ?? 1 }
    let reading = try source.reading(layout, element, scale: scale ?? 1, isStreamed: isStreamed)
    let supply = reading.supply(isStreamed ? request.memory : nil)
    if !layout.isByExample { try supply.finish() }
    let isScaleKnown = scale != nil || reading.element != .bytes
    let isGrey = try isScaleKnown ? false : reading.findsGreyLevels(supply)
    if let loader = supply as? RowLoader {
      if reading.memory.byteCount > request.readAtOnce {
        loader.start()
      } else {
        try loader.finish()
      }
    }
    return MemoryExamples(
      reading.memory, reading.element, exampleShape: layout.exampleShape,
      scale: Float(scale ?? (isGrey ? 1 / 255 : 1)), loader: layout.isByExample ? supply : nil)
  }
}

extension RowReading {
  /// Who brings the stored rows into memory: from what is given of a budget, or all of them.
  fileprivate func supply(_ budget: MemoryBudget?) -> any RowSupply {
    guard let budget else {
      return RowLoader(
        rowCount: layout.isByExample ? layout.rowCount : layout.exampleSize,
        blockRows: rowsPerBlock(), read: read)
    }
    let (size, capacity) = (rowBytes, budget.takeShare())
    // Some blocks have to be in a window.
    let rows = rowsPerBlock(min(1 << 20, capacity / 32))
    return RowStream(
      RowStream.Layout(
        rowCount: layout.rowCount, rowsPerBlock: rows, capacity: capacity, total: memory.byteCount
      ) { $0.count * size },
      read: read, release: release)
  }

  /// Whether a byte of any example is above 1: mostly one of the first block tells.
  fileprivate func findsGreyLevels(_ supply: any RowSupply) throws -> Bool {
    guard layout.isByExample else { return hasGreyLevels(0..<layout.rowCount) }
    let step = supply.window?.rowsPerBlock ?? rowsPerBlock()
    for first in stride(from: 0, to: layout.rowCount, by: step) {
      try supply.load([UInt32(first)].span)
      if hasGreyLevels(first..<min(first + step, layout.rowCount)) { return true }
      // The others on all threads.
      if first == 0, supply.window == nil { try supply.finish() }
    }
    return false
  }
}
