internal import CKernels
internal import GraphIR
internal import KernelCalls

/// A convolution that runs some examples at a time, whose images it first reads in order.
///
/// The library's kernels walk images in an order that the processor does not foresee. Reading them in
/// order before brings them into the cache at the memory's full speed (`Documentation/convolutions.md`).
struct ChunkedConvolution {
  /// The most that a chunk reads, in bytes: about one core's share of the caches.
  private static let byteLimit = 2 << 20

  /// The convolution of one chunk, and how many there are.
  let chunk: Convolution, chunkCount: Int
  /// Floats from one chunk to the next; 0 for weights.
  private let aStep: Int, bStep: Int, resultStep: Int
  private let readsAhead: Bool
  /// Floats of the chunks' weight gradients, which are summed; 0 where there is nothing to sum.
  private let sumCount: Int

  init(_ kind: ConvolutionKind, _ whole: Convolution, _ precision: Precision) {
    let (aSize, bSize, resultSize) =
      switch kind {
      case .forward: (whole.xSize, 0, whole.ySize)
      case .inputGradient: (whole.ySize, 0, whole.xSize)
      case .weightGradient: (whole.xSize, whole.ySize, 0)
      }
    let size = MemoryLayout<Float>.stride * (aSize + bSize)
    let limit = ChunkedConvolution.byteLimit
    // Each chunk changes the weights' layout, which must stay small beside reading its images.
    let isDivided = MemoryLayout<Float>.stride * whole.weightCount <= limit / 4
    let most = isDivided ? max(1, limit / size) : whole.count
    let examples = (1...whole.count).last { whole.count % $0 == 0 && $0 <= most } ?? 1
    var chunk = whole
    chunk.count = examples
    self.chunk = chunk
    chunkCount = whole.count / examples
    (aStep, bStep, resultStep) = (examples * aSize, examples * bSize, examples * resultSize)
    // Where operands are rounded, that reads them in order already.
    readsAhead = precision == .float32 && examples * size <= limit
    sumCount = kind == .weightGradient && chunkCount > 1 ? whole.weightCount : 0
  }

  /// Floats of scratch memory before the product's own.
  var scratchCount: Int { (sumCount + 15) / 16 * 16 }

  /// Chunk after chunk; weight gradients are added up in that order. False where a product failed.
  @unsafe func run(
    _ product: ProductKernel, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
    bias: UnsafePointer<Float>?, into result: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) -> Bool {
    for chunk in 0..<chunkCount {
      let (a, b) = unsafe (a + chunk * aStep, b + chunk * bStep)
      let result = unsafe result + chunk * resultStep
      if readsAhead {
        unsafe vaedp_read_ahead(a, aStep)
        unsafe vaedp_read_ahead(b, bStep)
      }
      let isPart = sumCount > 0 && chunk > 0
      let isFine = unsafe product.run(
        a, b, bias: bias, into: isPart ? scratch : result, scratch: scratch + scratchCount)
      if !isFine { return false }
      if isPart { unsafe vaedp_apply(VAEDP_ADD, sumCount, result, result, scratch, scratch, 0) }
    }
    return true
  }
}
