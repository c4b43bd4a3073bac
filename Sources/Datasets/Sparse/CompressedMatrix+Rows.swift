internal import CKernels
internal import Examples
internal import HDF5

/// Rows held one after another, which come into memory as they are, or as much of them as may.
extension CompressedMatrix {
  func rowExamples(_ request: DatasetRequest) throws -> CSRExamples {
    try requireMemory(8 * rows, for: "\(rows) rows", file: filePath, object: group)
    let starts = try starts()
    let scale = try scale(argument: request.scale)
    let count = Int(starts.last ?? 0)
    let isStreamed = request.memory.map { !$0.take(8 * count) } ?? false
    if !isStreamed {
      try requireMemory(8 * count, for: "\(count) non-zeros", file: filePath, object: group)
    }
    guard let memory = NonZeros(count: count, mayExceedMemory: isStreamed) else {
      throw problem(
        .inputOutput, "", "\(8 * count) bytes of memory for the non-zeros", "less than that",
        "Free memory or take fewer examples.")
    }
    let reading = try CSRReading(self, starts, scale, memory)
    let supply = reading.supply(isStreamed ? request.memory : nil)
    if !isStreamed { try supply.finish() }
    let values = unsafe memory.values(0..<count)
    return CSRExamples(
      starts: starts, memory, columnCount: columns, scale: Float(scale),
      largestMagnitude: isStreamed
        ? .infinity
        : unsafe vaedp_largest_magnitude(
          count, values.baseAddress.unsafelyUnwrapped),
      supply: isStreamed ? supply : nil)
  }
}

extension CSRReading {
  /// About so many bytes of rows. Many chunks: those that lie in two blocks are unpacked twice.
  private func rowsPerBlock(_ byteCount: Int = 8 << 20) -> Int {
    max(1, byteCount / max(1, 8 * memory.count / rowCount))
  }

  /// Who brings the rows into memory: from what is given of a budget, or all of them.
  fileprivate func supply(_ budget: MemoryBudget?) -> any RowSupply {
    guard let budget else {
      return RowLoader(rowCount: rowCount, blockRows: rowsPerBlock(), read: read)
    }
    let capacity = budget.takeShare()
    return RowStream(
      RowStream.Layout(
        rowCount: rowCount, rowsPerBlock: rowsPerBlock(min(8 << 20, capacity / 32)),
        capacity: capacity, total: 8 * memory.count
      ) { 8 * nonZeros(of: $0).count },
      read: read, release: { memory.release(nonZeros(of: $0)) })
  }
}
