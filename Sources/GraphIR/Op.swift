/// A function of one number, applied to every element.
public enum UnaryFunction: Hashable, Sendable {
  case negate, exp, log, log1p, softplus, tanh, sigmoid, squareRoot, square, reciprocal, erf
  /// max(x, 0).
  case relu
  /// x where x > 0, else slope · x; the slope is positive.
  case leakyReLU(slope: Double)
  /// 1 where x > 0, else 0; its derivative is taken as 0.
  case heaviside
  /// The largest integer up to x; its derivative is taken as 0.
  case floor
}

/// A function of two numbers, applied element by element to operands of one shape.
public enum BinaryFunction: Hashable, Sendable {
  case add, subtract, multiply, divide, maximum, minimum
}

/// A distribution from which noise is drawn.
public enum NoiseDistribution: Hashable, Sendable {
  /// Independent for each element.
  case standardNormal
  /// Uniform on [0, 1), independent for each element.
  case uniform
  /// `[M, Z]`: each column holds the numbers 0..<M in random order, independently of the others.
  case permutation
}

/// Whose the rows of noise are.
public enum NoiseRows: Hashable, Sendable {
  /// Row `i` is that of example `i`, and draws by its id.
  case examples
  /// Row `i` draws by the number `from + i`, whatever the examples: the same in every shard that has it.
  case numbered(from: Int)
}

/// The geometry of a two-dimensional convolution; the kernel's extents come from the weights.
public struct ConvolutionGeometry: Hashable, Sendable {
  /// Distance between output positions, in input pixels: rows, columns.
  public var strideHeight: Int, strideWidth: Int
  /// Zeros added on each side of the input, in pixels: rows, columns.
  public var paddingHeight: Int, paddingWidth: Int

  /// A geometry that treats rows and columns alike.
  public init(stride: Int, padding: Int) {
    (strideHeight, strideWidth) = (stride, stride)
    (paddingHeight, paddingWidth) = (padding, padding)
  }

  /// Number of output pixels: `⌊(n + 2·padding − kernel) / stride⌋ + 1`, or nil where none fits.
  public static func outputExtent(_ n: Int, kernel: Int, stride: Int, padding: Int) -> Int? {
    let free = n + 2 * padding - kernel
    return free < 0 ? nil : free / stride + 1
  }
}

/// A primitive of the graph; `GraphBuilder` composes everything else from these.
///
/// Activations are channels last (`[N, H, W, C]`); weights have the layouts of the field's files:
/// dense `[out, in]`, convolution `[out, in, kH, kW]`. The three convolutions are each other's
/// derivatives, so the set is closed under differentiation.
public enum Op: Hashable, Sendable {
  /// Data given from outside at every run, by name.
  case input(String, Shape)
  /// A parameter or a running statistic, by its position in `Graph.parameters`.
  case parameter(Int, Shape)
  /// One number, repeated.
  case constant(Double, Shape)
  /// Noise; element `j` of row `i` depends on (seed, step, stream, id of row `i`, `j`) alone. A permutation's rows are
  /// numbered from 0, and column `j` depends on (seed, step, stream, `j`, M) alone.
  case random(NoiseDistribution, stream: Int, rows: NoiseRows = .examples, Shape)
  case unary(UnaryFunction)
  case binary(BinaryFunction)
  /// Sum over axes, which disappear.
  case sum(axes: [Int])
  /// log Σ exp over one axis, which disappears; computed without overflow.
  case logSumExp(axis: Int)
  /// Repetition: operand axis `i` becomes axis `axes[i]` of the shape; the others repeat.
  case broadcast(Shape, axes: [Int])
  case reshape(Shape)
  /// Result axis `i` is operand axis `order[i]`.
  case transpose([Int])
  case slice(axis: Int, start: Int, count: Int)
  /// Zeros before and after along one axis; the derivative of a slice.
  case pad(axis: Int, before: Int, after: Int)
  case concatenate(axis: Int)
  /// x `[M, …]`, index `[N, …]` → `[N, …]`: in each column the elements of x in the rows that the index names, by whole
  /// numbers of 0..<M; no number (NaN) where it names none.
  case gatherRows
  /// y `[N, …]`, index `[N, …]` → `[M, …]` of M `rows`: in each column the elements of y added to the rows that the index
  /// names, in the order of y's rows; the derivative of `gatherRows`. An element whose index names no row makes the first
  /// row of its column no number.
  case scatterRows(rows: Int)
  /// `[M, K] × [K, N]`, where an operand marked as transposed is given as `[K, M]` or `[N, K]`.
  case matmul(transposeLeft: Bool, transposeRight: Bool)
  /// x `[N, H, W, I]`, w `[O, I, kH, kW]` → `[N, H', W', O]`.
  case convolution(ConvolutionGeometry)
  /// y `[N, H', W', O]`, w `[O, I, kH, kW]` → x of `height` × `width`: a transposed convolution.
  case convolutionInputGradient(ConvolutionGeometry, height: Int, width: Int)
  /// x `[N, H, W, I]`, y `[N, H', W', O]` → `[O, I, kH, kW]` of `kernelHeight` × `kernelWidth`.
  case convolutionWeightGradient(ConvolutionGeometry, kernelHeight: Int, kernelWidth: Int)
  /// The operand, through which no derivative passes.
  case stopGradient
  /// The sum of the operand over all shards of the minibatch, the same in each: an all-reduce.
  case allReduce
  /// The rows of all shards in the order of the minibatch, the same in each, `[rows, …]` → `[count, …]`: an
  /// all-gather.
  case allGather(count: Int)
  /// A shard's own rows of the sum over shards, `[B, …]` → `[rows, …]`: a reduce-scatter, the derivative of
  /// `allGather`.
  case reduceScatter(rows: Int)
}

extension Op {
  /// Whether the result depends on the other shards of the minibatch: they meet to compute it.
  public var isCollective: Bool {
    switch self {
    case .allReduce, .allGather, .reduceScatter: true
    default: false
    }
  }
}
