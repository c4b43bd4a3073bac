internal import CKernels
public import KernelCalls

/// A field `[D]` in memory by its non-zeros: for each row their columns, ascending, and values.
public final class CSRExamples: FieldSource {
  /// Number of examples.
  public let exampleCount: Int
  /// `[D]`.
  public let exampleShape: [Int]
  /// What stored numbers were multiplied by before they came here.
  public let scale: Float
  private let starts: [Int64]
  private let columns: [Int32]
  private let values: [Float]
  private let counts: RowSparsity
  /// The largest |value|: infinite or no number where one of them is.
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
  public init(
    starts: [Int64], columns: [Int32], values: [Float], columnCount: Int, scale: Float = 1
  ) {
    precondition(
      starts.first == 0 && starts.last == Int64(columns.count) && columns.count == values.count
        && columnCount > 0 && columnCount <= Int32.max && starts.count - 1 <= 1 << 32,
      "CSRExamples: \(starts.count - 1) rows of \(columnCount) with \(columns.count) columns and "
        + "\(values.count) values do not fit together")
    var most = 0
    for row in 0..<starts.count - 1 {
      precondition(starts[row] <= starts[row + 1], "CSRExamples: row \(row) ends too early")
      most = max(most, Int(starts[row + 1] - starts[row]))
      var next: Int32 = 0
      for index in Int(starts[row])..<Int(starts[row + 1]) {
        precondition(
          columns[index] >= next && columns[index] < columnCount,
          "CSRExamples: column \(columns[index]) in row \(row) of \(columnCount) columns")
        next = columns[index] + 1
      }
    }
    (self.starts, self.columns, self.values, self.scale) = (starts, columns, values, scale)
    largestMagnitude = unsafe vaedp_largest_magnitude(values.count, values)
    exampleCount = starts.count - 1
    exampleShape = [columnCount]
    counts = RowSparsity(
      mostPerRow: most, meanPerRow: Double(columns.count) / Double(max(1, exampleCount)))
  }

  /// Itself.
  public var sparse: CSRExamples? { self }

  /// Bytes of memory that the examples take.
  public var byteCount: Int { starts.count * 8 + columns.count * 8 }

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
  public func firstElement(
    of rows: [UInt32], where isFound: (Float) -> Bool
  ) -> (row: UInt32, column: Int, value: Float)? {
    let findsZeros = isFound(0)
    for row in rows {
      let index = checked(row)
      var next = 0
      for place in Int(starts[index])..<Int(starts[index + 1]) {
        let column = Int(columns[place])
        if findsZeros, column > next { return (row, next, 0) }
        if isFound(values[place]) { return (row, column, values[place]) }
        next = column + 1
      }
      if findsZeros, next < exampleShape[0] { return (row, next, 0) }
    }
    return nil
  }

  /// Lets `body` read the non-zeros of all examples.
  @unsafe package func withRows<R>(_ body: (CSRMatrix) -> R) -> R {
    unsafe starts.withUnsafeBufferPointer { starts in
      unsafe columns.withUnsafeBufferPointer { columns in
        unsafe values.withUnsafeBufferPointer { values in
          unsafe body(
            CSRMatrix(
              starts: starts.baseAddress.unsafelyUnwrapped,
              columns: columns.baseAddress.unsafelyUnwrapped,
              values: values.baseAddress.unsafelyUnwrapped))
        }
      }
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
  }
}

extension FieldSource {
  /// What a plan for this field has to know to compute from their non-zeros; nil where it is held
  /// dense, or so full that dense products are faster.
  public var sparsity: RowSparsity? { sparse?.sparsity }
}
