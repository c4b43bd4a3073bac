/// A variable of a MATLAB file, or a cell of one.
struct MatlabArray {
  var name: String
  /// Extents, at least two; the first is the fastest.
  var shape: [Int]
  var content: Content

  enum Content {
    /// As many as `shape` says, column by column.
    case numbers(MatlabNumbers)
    case sparse(MatlabSparse)
    case cells([MatlabArray])
    /// What is not imported, in words.
    case other(String)
  }

  /// What messages say of it: `X (100×3 numbers)`.
  var text: String {
    let kind =
      switch content {
      case .numbers: "numbers"
      case .sparse: "sparse numbers"
      case .cells: "cells"
      case .other(let kind): kind
      }
    return "\(name) (\(shape.map { "\($0)" }.joined(separator: "×")) \(kind))"
  }
}

/// Numbers in the smallest of the output's types that holds those of their MATLAB class.
enum MatlabNumbers {
  case uint8([UInt8])
  case int32([Int32])
  case int64([Int64])
  case float([Float])
  case double([Double])

  var count: Int {
    switch self {
    case .uint8(let values): values.count
    case .int32(let values): values.count
    case .int64(let values): values.count
    case .float(let values): values.count
    case .double(let values): values.count
    }
  }

  var doubles: [Double] {
    switch self {
    case .uint8(let values): values.map { Double($0) }
    case .int32(let values): values.map { Double($0) }
    case .int64(let values): values.map { Double($0) }
    case .float(let values): values.map { Double($0) }
    case .double(let values): values
    }
  }
}

/// A sparse matrix, column by column.
struct MatlabSparse {
  /// The row of each non-zero.
  var rows: [Int]
  /// Where each column begins among them, and the end of the last.
  var starts: [Int]
  var values: [Double]
}
