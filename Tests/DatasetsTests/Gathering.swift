import Datasets
import Examples

extension FieldSource {
  /// The rows `rows`, one after another.
  func rows(_ rows: [UInt32]) -> [Float] {
    var values = [Float](repeating: -1, count: rows.count * exampleShape.reduce(1, *))
    unsafe rows.withUnsafeBufferPointer { rows in
      unsafe values.withUnsafeMutableBufferPointer { values in
        if let base = values.baseAddress { unsafe gather(rows, into: base) }
      }
    }
    return values
  }
}
