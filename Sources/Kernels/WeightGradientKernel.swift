internal import GraphIR
internal import KernelCalls

/// dW = aᵀ b over a minibatch, tile by tile, with a `[examples, rows]` and b `[examples, columns]`; used
/// by one thread at a time.
@safe package final class WeightGradientKernel {
  private let rows: Int, columns: Int
  /// One product for each extent that tiles have: four at most.
  private let products: [(rows: Int, columns: Int, kernel: ProductKernel)]

  /// Floats of scratch memory that a run needs.
  package let scratchCount: Int

  /// Prepares the products.
  ///
  /// - Throws: `KernelError` where oneDNN refuses one.
  package init(rows: Int, columns: Int, examples: Int) throws(KernelError) {
    (self.rows, self.columns) = (rows, columns)
    var products: [(rows: Int, columns: Int, kernel: ProductKernel)] = []
    for tile in WeightTile.tiles(rows: rows, columns: columns)
    where !products.contains(where: { $0.rows == tile.rows && $0.columns == tile.columns }) {
      let shape = Matmul(
        rows: tile.rows, columns: tile.columns, inner: examples, transposeLeft: true,
        transposeRight: false)
      let kernel = try ProductKernel(shape, strides: (rows, columns), .float32)
      products.append((tile.rows, tile.columns, kernel))
    }
    self.products = products
    scratchCount = products.map(\.kernel.scratchCount).max() ?? 0
  }

  /// Writes a tile, row after row without gaps; false where oneDNN fails.
  ///
  /// - Complexity: allocates nothing of its own.
  package func run(
    _ tile: WeightTile, a: UnsafePointer<Float>, b: UnsafePointer<Float>,
    into result: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) -> Bool {
    for index in products.indices
    where products[index].rows == tile.rows && products[index].columns == tile.columns {
      return unsafe products[index].kernel.run(
        a + tile.row, b + tile.column, into: result, scratch: scratch)
    }
    return false
  }
}
