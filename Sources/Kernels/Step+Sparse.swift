internal import CKernels

extension Step {
  /// Addresses and extents of a product of sparse rows.
  struct Sparse {
    var isForward: Bool
    var shape: vaedp_sparse_shape
    var dense: Place, bias: Place?, result: Place
    /// 1 for no activation.
    var slope: Float
  }

  /// The step for a product of sparse rows and the floats of scratch memory that it needs.
  static func make(
    _ call: SparseCall, dense: Place, _ epilogue: CallEpilogue, result: Place
  ) -> (Step, scratchCount: Int) {
    let shape = vaedp_sparse_shape(rows: call.rows, inputs: call.inputs, outputs: call.outputs)
    let sparse = Sparse(
      isForward: call.kind == .forward, shape: shape, dense: dense, bias: epilogue.bias,
      result: result, slope: Float(epilogue.slope ?? 1))
    let scratch =
      sparse.isForward
      ? vaedp_sparse_matmul_scratch(call.rows)
      : 2 * call.rows * call.mostPerRow + call.inputs + 1
    return unsafe (.sparse(sparse), scratch)
  }
}

extension Step.Sparse {
  @unsafe func run(
    _ bases: Step.Bases, _ scratch: UnsafeMutablePointer<Float>, _ ids: UnsafePointer<UInt32>,
    _ rows: SparseRows
  ) {
    let x = unsafe vaedp_sparse(starts: rows.starts, columns: rows.columns, values: rows.values)
    let (dense, result) = unsafe (dense.address(bases), result.address(bases))
    if isForward {
      let bias = unsafe bias.map { unsafe UnsafePointer($0.address(bases)) }
      unsafe vaedp_sparse_matmul(x, ids, shape, dense, bias, slope, result, scratch)
    } else {
      let sorted = unsafe vaedp_by_column(
        ends: UnsafeMutableRawPointer(scratch).assumingMemoryBound(to: Int32.self),
        nonzeros: UnsafeMutableRawPointer(scratch + shape.inputs + 1)
          .assumingMemoryBound(to: vaedp_nonzero.self))
      unsafe vaedp_sparse_sort(x, ids, shape, 0, sorted)
      let whole = vaedp_tile(row: 0, column: 0, rows: shape.outputs, columns: shape.inputs)
      unsafe withUnsafePointer(to: sorted) { sorted in
        unsafe vaedp_sparse_gradient(sorted, 1, dense, shape.outputs, whole, result, shape.inputs)
      }
    }
  }
}
