import CKernels
import Testing

/// Products of sparse rows against plain loops over dense ones.
@Suite struct SparseTests {
  /// Rows by their non-zeros, and the ids of those that take part.
  struct Rows: Sendable, CustomStringConvertible {
    var description: String
    var starts: [Int64] = [0]
    var columns: [Int32] = []
    var values: [Float] = []
    var ids: [UInt32]
    var inputs: Int, outputs: Int

    /// - Parameter isPresent: whether an element is no zero.
    init(
      _ name: String, inputs: Int, outputs: Int, rows: Int, ids: [UInt32]? = nil,
      isPresent: (_ row: Int, _ column: Int) -> Bool
    ) {
      (self.inputs, self.outputs) = (inputs, outputs)
      self.ids = ids ?? (0..<UInt32(rows)).map { $0 }
      description = "\(name) \(self.ids.count)×\(inputs)×\(outputs)"
      for row in 0..<rows {
        for column in 0..<inputs where isPresent(row, column) {
          columns.append(Int32(column))
          values.append(Float((row * 31 + column * 17) % 23) / 7 - 1.3)
        }
        starts.append(Int64(columns.count))
      }
    }

    func dense(_ row: UInt32) -> [Double] {
      var values = [Double](repeating: 0, count: inputs)
      for k in Int(starts[Int(row)])..<Int(starts[Int(row) + 1]) {
        values[Int(columns[k])] = Double(self.values[k])
      }
      return values
    }

    var shape: vaedp_sparse_shape {
      vaedp_sparse_shape(rows: ids.count, inputs: inputs, outputs: outputs)
    }

    func withC<R>(_ body: (vaedp_sparse) -> R) -> R {
      unsafe starts.withUnsafeBufferPointer { starts in
        unsafe columns.withUnsafeBufferPointer { columns in
          unsafe values.withUnsafeBufferPointer { values in
            // Arrays without elements may have no address.
            var nothing: (Int32, Float) = (0, 0)
            return unsafe withUnsafePointer(to: &nothing.0) { column in
              unsafe withUnsafePointer(to: &nothing.1) { value in
                unsafe body(
                  vaedp_sparse(
                    starts: starts.baseAddress!, columns: columns.baseAddress ?? column,
                    values: values.baseAddress ?? value))
              }
            }
          }
        }
      }
    }
  }

  static let cases = [
    Rows("ragged", inputs: 37, outputs: 5, rows: 7) { ($0 * 5 + $1 * 3) % 4 == 0 },
    Rows("whole blocks", inputs: 64, outputs: 32, rows: 16) { ($0 + $1) % 9 == 0 },
    Rows("one more", inputs: 65, outputs: 33, rows: 17) { ($0 + $1 * 7) % 11 == 0 },
    Rows("one less", inputs: 31, outputs: 63, rows: 3) { ($0 + $1 * 7) % 5 == 0 },
    Rows("single", inputs: 1, outputs: 1, rows: 1) { _, _ in true },
    Rows("empty rows", inputs: 40, outputs: 20, rows: 9) { $0 % 3 == 1 && $1 % 6 == 0 },
    Rows("nothing at all", inputs: 40, outputs: 20, rows: 4) { _, _ in false },
    Rows("a full row", inputs: 50, outputs: 17, rows: 3) { $0 == 1 || $1 == 49 },
    // Columns of several tiles, the last a ragged one; rows that skip tiles.
    Rows("tiles", inputs: 2 * 2048 + 19, outputs: 35, rows: 6) { row, column in
      row == 2 ? column < 3 : row == 3 ? column > 4100 : (column * 7 + row) % 97 == 0
    },
    Rows("picked", inputs: 30, outputs: 40, rows: 9, ids: [8, 2, 2, 5, 0]) {
      ($0 * 3 + $1) % 7 == 0
    },
  ]

  @Test(arguments: cases, [nil, 0, 0.25, 1] as [Float?])
  func matmulAgreesWithTheNaiveLoop(x: Rows, slope: Float?) {
    let (w, bias) = (some(x.outputs * x.inputs, 3), some(x.outputs, 4))
    let count = x.ids.count * x.outputs
    var y = [Float](repeating: 77, count: count + 16)
    var scratch = [Float](
      repeating: .nan, count: Int(vaedp_sparse_matmul_scratch(x.ids.count)) + 16)
    for place in scratch.count - 16..<scratch.count { scratch[place] = 7 }
    unsafe x.withC { rows in
      // Without a slope there is no bias either.
      unsafe bias.withUnsafeBufferPointer { bias in
        unsafe vaedp_sparse_matmul(
          rows, x.ids, x.shape, w, slope == nil ? nil : bias.baseAddress, slope ?? 1, &y, &scratch)
      }
    }
    #expect(y[count...].allSatisfy { $0 == 77 })
    #expect(scratch.suffix(16).allSatisfy { $0 == 7 })
    for (r, id) in x.ids.enumerated() {
      let row = x.dense(id)
      for o in 0..<x.outputs {
        let sum = row.indices.reduce(0) { $0 + row[$1] * Double(w[o * x.inputs + $1]) }
        let biased = sum + (slope == nil ? 0 : Double(bias[o]))
        let exact = biased > 0 ? biased : biased * Double(slope ?? 1)
        // At most 60 terms below 3.
        #expect(abs(Double(y[r * x.outputs + o]) - exact) <= 60 * 180 * 6e-8)
      }
    }
  }

  @Test(arguments: cases)
  func gradientAgreesWithTheNaiveLoop(x: Rows) {
    let dy = some(x.ids.count * x.outputs, 5)
    let count = x.outputs * x.inputs
    var dw = [Float](repeating: 77, count: count + 16)
    let nonZeros = x.ids.reduce(0) { $0 + Int(x.starts[Int($1) + 1] - x.starts[Int($1)]) }
    var scratch = [Float](
      repeating: .nan, count: Int(vaedp_sparse_gradient_scratch(x.shape, nonZeros)) + 16)
    for place in scratch.count - 16..<scratch.count { scratch[place] = 7 }
    unsafe x.withC { rows in
      unsafe vaedp_sparse_gradient(rows, x.ids, x.shape, dy, &dw, &scratch)
    }
    #expect(dw[count...].allSatisfy { $0 == 77 })
    #expect(scratch.suffix(16).allSatisfy { $0 == 7 })
    let dense = x.ids.map { x.dense($0) }
    for o in 0..<x.outputs {
      for j in 0..<x.inputs {
        let exact = dense.indices.reduce(0) { $0 + dense[$1][j] * Double(dy[$1 * x.outputs + o]) }
        #expect(abs(Double(dw[o * x.inputs + j]) - exact) <= 20 * 60 * 6e-8)
      }
    }
  }

  /// Numbers in (−1, 1) that are nothing special.
  private func some(_ count: Int, _ seed: Int) -> [Float] {
    (0..<count).map { Float(($0 * 7919 + seed * 104_729) % 1999) / 1000 - 0.9993 }
  }
}
