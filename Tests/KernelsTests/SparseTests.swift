import CKernels
import Glibc
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

    func withC<R>(_ body: (vaedp_csr) -> R) -> R {
      unsafe starts.withUnsafeBufferPointer { starts in
        unsafe columns.withUnsafeBufferPointer { columns in
          unsafe values.withUnsafeBufferPointer { values in
            // Arrays without elements may have no address.
            var nothing: (Int32, Float) = (0, 0)
            return unsafe withUnsafePointer(to: &nothing.0) { column in
              unsafe withUnsafePointer(to: &nothing.1) { value in
                unsafe body(
                  vaedp_csr(
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

  /// Whole, and in tiles of rows in two parts.
  @Test(arguments: cases, [1, 2])
  func gradientAgreesWithTheNaiveLoop(x: Rows, partCount: Int) {
    let dy = some(x.ids.count * x.outputs, 5)
    let exact = exactGradient(x, dy)
    let rowTiles = partCount == 1 ? [0..<x.outputs] : cut(x.outputs, by: 20)
    let columnTiles = partCount == 1 ? [0..<x.inputs] : cut(x.inputs, by: 45)
    unsafe withParts(x, partCount) { parts in
      for rows in rowTiles {
        for columns in columnTiles {
          let stride = columns.count + 3
          var dw = [Float](repeating: 77, count: rows.count * stride)
          let tile = vaedp_tile(
            row: rows.lowerBound, column: columns.lowerBound, rows: rows.count,
            columns: columns.count)
          unsafe vaedp_sparse_gradient(
            parts.baseAddress!, parts.count, dy, x.outputs, tile, &dw, stride)
          for (r, o) in rows.enumerated() {
            for (c, j) in columns.enumerated() {
              let found = Double(dw[r * stride + c])
              #expect(abs(found - exact[o * x.inputs + j]) <= 20 * 60 * 6e-8)
            }
            #expect(dw[(r * stride + columns.count)...].prefix(3) == [77, 77, 77])
          }
        }
      }
    }
  }

  /// The last block of outputs reads nothing behind the last row: the rows end at a page that may not be
  /// read.
  @Test(arguments: [1, 15, 33, 40]) func nothingBehindTheRowsIsRead(outputs: Int) throws {
    let x = Rows("few", inputs: 20, outputs: outputs, rows: 3) { ($0 + $1) % 2 == 0 }
    let memory = unsafe try #require(
      unsafe mmap(nil, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
    unsafe mprotect(memory + 4096, 4096, PROT_NONE)
    defer { unsafe munmap(memory, 8192) }
    let count = 3 * outputs
    let dy = unsafe (memory + 4096 - 4 * count).assumingMemoryBound(to: Float.self)
    for index in 0..<count { unsafe dy[index] = Float(index) }
    var dw = [Float](repeating: 0, count: outputs * 20)
    unsafe withParts(x, 1) { parts in
      let tile = vaedp_tile(row: 0, column: 0, rows: outputs, columns: 20)
      unsafe vaedp_sparse_gradient(parts.baseAddress!, 1, dy, outputs, tile, &dw, 20)
    }
    let exact = exactGradient(x, (0..<count).map { unsafe dy[$0] })
    for (found, wanted) in zip(dw, exact) { #expect(abs(Double(found) - wanted) < 1e-4) }
  }

  private func exactGradient(_ x: Rows, _ dy: [Float]) -> [Double] {
    let dense = x.ids.map { x.dense($0) }
    return (0..<x.outputs * x.inputs).map { index in
      let (o, j) = (index / x.inputs, index % x.inputs)
      return dense.indices.reduce(0) { $0 + dense[$1][j] * Double(dy[$1 * x.outputs + o]) }
    }
  }

  private func cut(_ count: Int, by length: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: length).map { $0..<min($0 + length, count) }
  }

  /// The rows' non-zeros by columns, in parts of equal length.
  @unsafe private func withParts(
    _ x: Rows, _ count: Int, _ body: (UnsafeBufferPointer<vaedp_csc>) -> Void
  ) {
    let nonZeros = x.ids.reduce(0) { $0 + Int(x.starts[Int($1) + 1] - x.starts[Int($1)]) }
    var parts: [vaedp_csc] = unsafe []
    for part in 0..<count {
      let range = part * x.ids.count / count..<(part + 1) * x.ids.count / count
      let sorted = unsafe vaedp_csc(
        ends: .allocate(capacity: x.inputs + 1), nonzeros: .allocate(capacity: nonZeros + 1))
      unsafe x.withC { rows in
        let shape = vaedp_sparse_shape(rows: range.count, inputs: x.inputs, outputs: x.outputs)
        unsafe vaedp_sparse_sort(rows, Array(x.ids[range]), shape, range.lowerBound, sorted)
      }
      unsafe parts.append(sorted)
    }
    unsafe parts.withUnsafeBufferPointer { unsafe body($0) }
    for index in unsafe parts.indices {
      unsafe parts[index].ends.deallocate()
      unsafe parts[index].nonzeros.deallocate()
    }
  }

  /// Numbers in (−1, 1) that are nothing special.
  private func some(_ count: Int, _ seed: Int) -> [Float] {
    (0..<count).map { Float(($0 * 7919 + seed * 104_729) % 1999) / 1000 - 0.9993 }
  }
}
