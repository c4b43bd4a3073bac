internal import CKernels
public import KernelCalls

/// A field `[D]` by its non-zeros: for each row their columns, ascending, and values. Those of a file that does not fit in
/// memory come and go (`supply`).
public final class CSRExamples: FieldSource {
  /// Number of examples.
  public let exampleCount: Int
  /// `[D]`.
  public let exampleShape: [Int]
  /// What stored numbers were multiplied by before they came here.
  public let scale: Float
  private let starts: [Int64]
  private let memory: NonZeros
  private let supply: (any RowSupply)?
  private let counts: RowSparsity
  /// What no |value| exceeds: infinite or no number where one of them is, or where not all are known.
  package let largestMagnitude: Float

  /// Rows from their non-zeros, as a matrix in CSR form has them.
  ///
  /// - Parameters:
  ///   - starts: the non-zeros of row `i` are `starts[i]..<starts[i + 1]`; one more than rows.
  ///   - columns: where they are, ascending within a row.
  ///   - values: what they are, already scaled.
  ///   - columnCount: D, at most 2³¹ − 1.
  /// - Precondition: the arrays fit together, and columns ascend from 0 to below D in every row:
  ///   whoever reads them from a file has to see to that.
  public convenience init(
    starts: [Int64], columns: [Int32], values: [Float], columnCount: Int, scale: Float = 1
  ) {
    precondition(
      starts.first == 0 && starts.last == Int64(columns.count) && columns.count == values.count
        && columnCount > 0 && columnCount <= Int32.max && starts.count - 1 <= 1 << 32,
      "CSRExamples: \(starts.count - 1) rows of \(columnCount) with \(columns.count) columns and "
        + "\(values.count) values do not fit together")
    for row in 0..<starts.count - 1 {
      precondition(starts[row] <= starts[row + 1], "CSRExamples: row \(row) ends too early")
      var next: Int32 = 0
      for index in Int(starts[row])..<Int(starts[row + 1]) {
        precondition(
          columns[index] >= next && columns[index] < columnCount,
          "CSRExamples: column \(columns[index]) in row \(row) of \(columnCount) columns")
        next = columns[index] + 1
      }
    }
    guard let memory = NonZeros(count: columns.count) else {
      preconditionFailure("CSRExamples: no memory for \(columns.count) non-zeros")
    }
    let all = 0..<columns.count
    unsafe _ = memory.columns(all).update(fromContentsOf: columns)
    unsafe _ = memory.values(all).update(fromContentsOf: values)
    self.init(
      starts: starts, memory, columnCount: columnCount, scale: scale,
      largestMagnitude: unsafe vaedp_largest_magnitude(values.count, values))
  }

  /// Rows in memory that `supply` fills; nil where it is full.
  ///
  /// - Precondition: as of the other, once rows are loaded.
  package init(
    starts: [Int64], _ memory: NonZeros, columnCount: Int, scale: Float, largestMagnitude: Float,
    supply: (any RowSupply)? = nil
  ) {
    (self.starts, self.memory, self.supply, self.scale) = (starts, memory, supply, scale)
    self.largestMagnitude = largestMagnitude
    exampleCount = starts.count - 1
    exampleShape = [columnCount]
    var most: Int64 = 0
    for row in 0..<exampleCount { most = max(most, starts[row + 1] - starts[row]) }
    counts = RowSparsity(
      mostPerRow: Int(most), meanPerRow: Double(memory.count) / Double(max(1, exampleCount)))
  }

  deinit { supply?.cancel() }

  /// As `FieldSource.load`.
  public func load(_ positions: Span<UInt32>) throws { try supply?.load(positions) }
  /// As `FieldSource.expect`.
  public func expect(_ order: [UInt32], from start: Int) { supply?.expect(order, from: start) }
  /// How much is in memory at once, where the file is read anew in every epoch.
  public var window: ShuffleWindow? { supply?.window }
  /// As `FieldSource.finishReading`.
  public func finishReading() throws { try supply?.finish() }

  /// Itself.
  public var sparse: CSRExamples? { self }

  /// Bytes of memory that all examples take.
  public var byteCount: Int { starts.count * 8 + memory.count * 8 }

  /// Share of the elements that are no zeros.
  public var density: Double { counts.meanPerRow / Double(exampleShape[0]) }

  /// Up to this density a product of the non-zeros is faster than a dense one. Measured on 250 rows
  /// of 20108 by 600 outputs with AVX-512.
  public static let highestDensity = 0.15

  /// How many non-zeros rows have; nil where there are so many that dense products are faster.
  public var sparsity: RowSparsity? { density <= CSRExamples.highestDensity ? counts : nil }

  /// Writes rows with their zeros.
  @unsafe public func gather(
    _ rows: UnsafeBufferPointer<UInt32>, into target: UnsafeMutablePointer<Float>
  ) {
    let size = exampleShape[0]
    unsafe target.update(repeating: 0, count: rows.count * size)
    unsafe withRows { source in
      for index in rows.indices {
        let (row, base) = unsafe (checked(rows[index]), target + index * size)
        for place in unsafe Int(source.starts[row])..<Int(source.starts[row + 1]) {
          unsafe base[Int(source.columns[place])] = source.values[place]
        }
      }
    }
  }

  /// The first element of these rows, in their order, that a test finds; zeros are tested once.
  ///
  /// - Throws: What `load` throws.
  public func firstElement(
    of rows: [UInt32], where isFound: (Float) -> Bool
  ) throws -> (row: UInt32, column: Int, value: Float)? {
    try load(rows.span)
    let findsZeros = isFound(0)
    return unsafe withRows { source in
      for row in rows {
        let index = checked(row)
        var next = 0
        for place in unsafe Int(source.starts[index])..<Int(source.starts[index + 1]) {
          let (column, value) = unsafe (Int(source.columns[place]), source.values[place])
          if findsZeros, column > next { return (row, next, 0) }
          if isFound(value) { return (row, column, value) }
          next = column + 1
        }
        if findsZeros, next < exampleShape[0] { return (row, next, 0) }
      }
      return nil
    }
  }

  /// Lets `body` read the non-zeros of all examples; those of examples that are not loaded are anything.
  @unsafe package func withRows<R>(_ body: (CSRMatrix) -> R) -> R {
    let all = 0..<memory.count
    return unsafe starts.withUnsafeBufferPointer { starts in
      unsafe body(
        CSRMatrix(
          starts: starts.baseAddress.unsafelyUnwrapped,
          columns: memory.columns(all).baseAddress.unsafelyUnwrapped,
          values: memory.values(all).baseAddress.unsafelyUnwrapped))
    }
  }

  private func checked(_ row: UInt32) -> Int {
    precondition(row < exampleCount, "CSRExamples: row \(row) of \(exampleCount)")
    return Int(row)
  }

  /// Ends the program where a row is none of the examples, or plans were made for shorter rows.
  @unsafe package func require(_ rows: UnsafeBufferPointer<UInt32>, fitting plans: RowSparsity?) {
    let most = plans?.mostPerRow ?? 0
    precondition(
      counts.mostPerRow <= most,
      "CSRExamples: rows of \(counts.mostPerRow) non-zeros in plans for \(most)")
    for index in rows.indices { _ = unsafe checked(rows[index]) }
    precondition(
      unsafe supply?.hasLoaded(rows.span) ?? true,
      "CSRExamples: rows are read before they were loaded")
  }
}

extension FieldSource {
  /// What a plan for this field has to know to compute from their non-zeros; nil where it is held
  /// dense, or so full that dense products are faster.
  public var sparsity: RowSparsity? { sparse?.sparsity }
}
