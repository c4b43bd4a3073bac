internal import CKernels
internal import COneDNN
internal import GraphIR

/// One prepared call: plain data, so that running it touches no reference count.
@unsafe enum Step {
  case loop(UnsafePointer<vaedp_loop>)
  case product(OpaquePointer, a: Place, b: Place, bias: Place?, result: Place)
  case convolution(OpaquePointer, ChunkedConvolution)
  /// `chunks` matmuls of `pixels` rows each over the examples, and the overlapped sum of each.
  case columns(OpaquePointer, Columns)
  case patches(examples: Int, vaedp_overlap, x: Place, result: Place)
  case overlap(examples: Int, vaedp_overlap, patches: Place, result: Place)
  case sparse(Sparse)
  case noise(isNormal: Bool, stream: UInt32, examples: Int, perExample: Int, result: Place)
  case logSumExp(outer: Int, count: Int, inner: Int, x: Place, result: Place)
  case fill(Float, count: Int, result: Place)

  /// Addresses and extents of a transposed convolution to few channels.
  struct Columns {
    var a: Place, b: Place, result: Place
    var examples: Int
    var yCount: Int, xCount: Int, columnCount: Int
    var overlap: vaedp_overlap
    var runStart: Int
    var productScratch: Int
  }

  typealias Bases = UnsafeMutablePointer<UnsafeMutablePointer<Float>>

  /// The step for a call and the floats of scratch memory that it needs.
  static func make(
    _ call: KernelCall, _ precision: Precision, _ loops: inout [LoopKernel],
    _ products: inout [ProductKernel]
  ) throws(KernelError) -> (Step, scratchCount: Int) {
    func product(_ kernel: ProductKernel) -> (OpaquePointer, Int) {
      products.append(kernel)
      return unsafe (kernel.handle, (kernel.scratchByteCount + 3) / 4)
    }
    switch call {
    case .loop(let loop):
      let kernel = LoopKernel(loop)
      loops.append(kernel)
      return unsafe (.loop(UnsafePointer(kernel.loop)), LoopKernel.scratchCount(loop))
    case .matmul(let shape, let a, let b, let epilogue, let result):
      let kernel = try ProductKernel(
        shape, bias: epilogue.bias != nil, slope: epilogue.slope, precision)
      let (handle, scratch) = unsafe product(kernel)
      return unsafe (.product(handle, a: a, b: b, bias: epilogue.bias, result: result), scratch)
    case .convolution(let kind, let shape, let a, let b, let epilogue, let result):
      let chunked = ChunkedConvolution(
        kind, shape, a: a, b: b, bias: epilogue.bias, result: result, precision)
      let (handle, scratch) = unsafe product(
        try ProductKernel(
          kind, chunked.call, bias: epilogue.bias != nil, slope: epilogue.slope, precision))
      return unsafe (.convolution(handle, chunked), chunked.scratchCount + scratch)
    case .columns(let shape, let a, let b, let result):
      let pixels = shape.outHeight * shape.outWidth
      let width = shape.inChannels * shape.kernelHeight * shape.kernelWidth
      let matmul = MatmulCall(
        rows: width, columns: pixels, inner: shape.outChannels, transposeLeft: true,
        transposeRight: true)
      let (handle, scratch) = unsafe product(
        try ProductKernel(matmul, bias: false, slope: nil, precision))
      let columns = Columns(
        a: a, b: b, result: result, examples: shape.count, yCount: pixels * shape.outChannels,
        xCount: shape.height * shape.width * shape.inChannels, columnCount: pixels * width,
        overlap: vaedp_overlap(shape), runStart: (pixels * width + 15) / 16 * 16,
        productScratch: (pixels * width + 15) / 16 * 16 + (shape.width + 15) / 16 * 16)
      return unsafe (.columns(handle, columns), columns.productScratch + scratch)
    case .patches(let shape, let x, let result):
      return unsafe (.patches(examples: shape.count, vaedp_overlap(shape), x: x, result: result), 0)
    case .overlap(let shape, let patches, let result):
      return unsafe (
        .overlap(examples: shape.count, vaedp_overlap(shape), patches: patches, result: result), 0
      )
    case .sparse(let sparse, let dense, let epilogue, let result):
      return unsafe make(sparse, dense: dense, epilogue, result: result)
    case .noise(let distribution, let stream, let examples, let perExample, let result):
      return unsafe (
        .noise(
          isNormal: distribution == .standardNormal, stream: UInt32(stream), examples: examples,
          perExample: perExample, result: result), 0
      )
    case .logSumExp(let outer, let count, let inner, let x, let result):
      return unsafe (.logSumExp(outer: outer, count: count, inner: inner, x: x, result: result), 0)
    case .fill(let value, let count, let result):
      return unsafe (.fill(value, count: count, result: result), 0)
    }
  }

  /// Runs the call; false where a product failed.
  func run(
    _ bases: Bases, _ scratch: UnsafeMutablePointer<Float>, _ ids: UnsafePointer<UInt32>,
    _ noise: NoiseKey, _ rows: SparseRows?
  ) -> Bool {
    switch unsafe self {
    case .loop(let loop): unsafe vaedp_loop_run(loop, bases, scratch)
    case .product(let handle, let a, let b, let bias, let result):
      let biasAddress: UnsafePointer<Float>? =
        if let bias { unsafe UnsafePointer(bias.address(bases)) } else { nil }
      return unsafe vaedp_product_run(
        handle, a.address(bases), b.address(bases), biasAddress, result.address(bases), scratch)
    case .convolution(let handle, let chunked): return unsafe chunked.run(handle, bases, scratch)
    case .columns(let handle, let columns):
      return unsafe columns.run(handle, bases, scratch)
    case .patches(let examples, let overlap, let x, let result):
      unsafe vaedp_images_to_patches(
        x.address(bases), result.address(bases), examples, overlap)
    case .overlap(let examples, let overlap, let patches, let result):
      unsafe vaedp_patches_to_images(
        patches.address(bases), result.address(bases), examples, overlap)
    case .sparse(let sparse):
      guard let rows = unsafe rows else { return false }
      unsafe sparse.run(bases, scratch, ids, rows)
    case .noise(let isNormal, let stream, let examples, let perExample, let result):
      let key = vaedp_noise(
        key: (UInt32(truncatingIfNeeded: noise.seed), UInt32(truncatingIfNeeded: noise.seed >> 32)),
        step: noise.step, stream: stream)
      let fill = unsafe isNormal ? vaedp_fill_normal : vaedp_fill_uniform
      unsafe fill(result.address(bases), ids, examples, perExample, key)
    case .logSumExp(let outer, let count, let inner, let x, let result):
      unsafe vaedp_log_sum_exp(x.address(bases), result.address(bases), outer, count, inner)
    case .fill(let value, let count, let result):
      unsafe result.address(bases).update(repeating: value, count: count)
    }
    return true
  }
}

extension Place {
  @unsafe func address(_ bases: Step.Bases) -> UnsafeMutablePointer<Float> {
    unsafe bases[Int(space.rawValue)] + offset
  }
}

extension Step.Columns {
  /// Example by example, so that the columns stay in the cache.
  @unsafe fileprivate func run(
    _ handle: OpaquePointer, _ bases: Step.Bases, _ scratch: UnsafeMutablePointer<Float>
  ) -> Bool {
    let (y, x) = unsafe (a.address(bases), result.address(bases))
    for example in 0..<examples {
      let isFine = unsafe vaedp_product_run(
        handle, b.address(bases), y + example * yCount, nil, scratch, scratch + productScratch)
      if !isFine { return false }
      unsafe vaedp_columns_to_image(scratch, x + example * xCount, scratch + runStart, overlap)
    }
    return true
  }
}

extension vaedp_overlap {
  fileprivate init(_ shape: ConvolutionCall) {
    self.init(
      height: shape.height, width: shape.width, channels: shape.inChannels,
      out_height: shape.outHeight, out_width: shape.outWidth, kernel_h: shape.kernelHeight,
      kernel_w: shape.kernelWidth, stride_h: shape.geometry.strideHeight,
      stride_w: shape.geometry.strideWidth, padding_h: shape.geometry.paddingHeight,
      padding_w: shape.geometry.paddingWidth)
  }
}
