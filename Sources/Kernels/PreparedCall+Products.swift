internal import CKernels
internal import GraphIR
internal import KernelCalls

extension PreparedCall {
  /// A call that runs on a kernel of the library.
  ///
  /// - Parameter scratchStart: floats of scratch memory before the kernel's own.
  fileprivate init(
    _ product: ProductKernel, scratchStart: Int = 0, run: @escaping (RunContext) -> Bool
  ) {
    self.init(product: product, scratchCount: scratchStart + product.scratchCount, run: run)
  }
}

extension Call<Place> {
  func prepared(_ shape: Matmul, _ precision: Precision) throws(KernelError) -> PreparedCall {
    let (a, b, bias, result) = (operands[0], operands[1], epilogue.bias, results[0])
    let product = try ProductKernel(shape, bias: bias != nil, slope: epilogue.slope, precision)
    return PreparedCall(product) { run in
      unsafe product.run(
        run.address(a), run.address(b), bias: run.address(bias), into: run.address(result),
        scratch: run.scratch)
    }
  }

  func prepared(
    _ kind: ConvolutionKind, _ shape: Convolution, _ precision: Precision
  ) throws(KernelError) -> PreparedCall {
    let (a, b, bias, result) = (operands[0], operands[1], epilogue.bias, results[0])
    let chunked = ChunkedConvolution(kind, shape, precision)
    let product = try ProductKernel(
      kind, chunked.chunk, bias: bias != nil, slope: epilogue.slope, precision)
    return PreparedCall(product, scratchStart: chunked.scratchCount) { run in
      unsafe chunked.run(
        product, run.address(a), run.address(b), bias: run.address(bias),
        into: run.address(result), scratch: run.scratch)
    }
  }

  /// Example by example, so that the columns of a matmul stay in the cache.
  func preparedMatmulCol2im(
    _ shape: Convolution, _ precision: Precision
  ) throws(KernelError) -> PreparedCall {
    let (y, w, x) = (operands[0], operands[1], results[0])
    let pixels = shape.outHeight * shape.outWidth
    let matmul = Matmul(
      rows: shape.windowSize, columns: pixels, inner: shape.outChannels, transposeLeft: true,
      transposeRight: true)
    let product = try ProductKernel(matmul, bias: false, slope: nil, precision)
    let windows = vaedp_windows(shape)
    let rowStart = (pixels * shape.windowSize + 15) / 16 * 16
    let scratchStart = rowStart + (shape.width + 15) / 16 * 16
    return PreparedCall(product, scratchStart: scratchStart) { run in
      let (y, x, columns) = unsafe (run.address(y), run.address(x), run.scratch)
      for example in 0..<shape.count {
        let isFine = unsafe product.run(
          run.address(w), y + example * shape.ySize, into: columns,
          scratch: run.scratch + scratchStart)
        if !isFine { return false }
        unsafe vaedp_col2im_image(
          columns, x + example * shape.xSize, run.scratch + rowStart, windows)
      }
      return true
    }
  }

  func prepared(_ shape: SparseMatmul) -> PreparedCall {
    let (dense, bias, result) = (operands[0], epilogue.bias, results[0])
    let extents = vaedp_sparse_shape(
      rows: shape.rows, inputs: shape.inputs, outputs: shape.outputs)
    switch shape.kind {
    case .forward:
      let slope = Float(epilogue.slope ?? 1)
      return PreparedCall(scratchCount: vaedp_sparse_matmul_scratch(shape.rows)) { run in
        guard let rows = unsafe run.rows else { return false }
        unsafe vaedp_sparse_matmul(
          rows.c, run.ids, extents, run.address(dense), run.address(bias), slope,
          run.address(result), run.scratch)
        return true
      }
    case .weightGradient:
      let endCount = shape.inputs + 1
      let scratchCount = 2 * shape.rows * shape.sparsity.mostPerRow + endCount
      let whole = vaedp_tile(row: 0, column: 0, rows: shape.outputs, columns: shape.inputs)
      return PreparedCall(scratchCount: scratchCount) { run in
        guard let rows = unsafe run.rows else { return false }
        let sorted = unsafe vaedp_csc(UnsafeMutableRawPointer(run.scratch), endCount: endCount)
        unsafe vaedp_sparse_sort(rows.c, run.ids, extents, 0, sorted)
        unsafe withUnsafePointer(to: sorted) { sorted in
          unsafe vaedp_sparse_gradient(
            sorted, 1, run.address(dense), shape.outputs, whole, run.address(result),
            shape.inputs)
        }
        return true
      }
    }
  }
}
