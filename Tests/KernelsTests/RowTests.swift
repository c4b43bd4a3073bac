import CKernels
import Testing

/// Rows that an index finds in each column.
@Suite struct RowTests {
  @Test func gathering() {
    let x: [Float] = [1, 2, 3, 4, 5, 6]
    let index: [Float] = [2, 0, 0, 1, 2, 2, 1, -0.0]
    var y = [Float](repeating: -7, count: 8 + 4)
    unsafe vaedp_gather_rows(x, index, &y, 3, 4, 2)
    #expect(y == [5, 2, 1, 4, 5, 6, 3, 2, -7, -7, -7, -7])
  }

  /// Bits are those of a sum in the order of the rows: in another order these come to 0 or 2.
  @Test func scatteringAddsInTheOrderOfRows() {
    var x = [Float](repeating: -7, count: 4 + 4)
    let y: [Float] = [1e8, 1, 1, 2, -1e8, 3, 1, 4]
    unsafe vaedp_scatter_rows(y, [1, 0, 1, 0, 1, 1, 1, 0], &x, 2, 4, 2)
    #expect(x == [0, 7, 1, 3, -7, -7, -7, -7])
  }

  /// Nothing outside is read or written, whatever the index says.
  @Test(
    arguments: [
      -1, -1e-30, 0.5, 3, 2.999, 1e9, 9.3e18, -9.3e18, .greatestFiniteMagnitude, .infinity,
      -.infinity, .nan,
    ] as [Float])
  func anIndexThatNamesNoRowMakesNoNumber(index: Float) {
    var gathered = [Float](repeating: -7, count: 4)
    unsafe vaedp_gather_rows([1, 2, 3, 4, 5, 6], [1, index], &gathered, 3, 1, 2)
    #expect(gathered[0] == 3 && gathered[1].isNaN)
    #expect(gathered[2...] == [-7, -7])
    var scattered = [Float](repeating: -7, count: 8)
    unsafe vaedp_scatter_rows([1, 2, 3, 4], [1, index, 2, 0], &scattered, 3, 2, 2)
    #expect(scattered[1].isNaN)
    #expect([scattered[0]] + scattered[2...] == [0, 1, 0, 3, 0, -7, -7])
  }
}
