package import GraphIR

/// Which block of memory an address lies in.
package struct Space: RawRepresentable, Hashable, Sendable {
  package let rawValue: Int32

  package init(rawValue: Int32) { self.rawValue = rawValue }

  /// The worker's own temporaries and inputs.
  package static let arena = Space(rawValue: 0)
  /// The parameters, shared by all workers and read only.
  package static let parameters = Space(rawValue: 1)
  /// The shard's outputs: gradients, statistics, metrics or results.
  package static let slab = Space(rawValue: 2)
  /// What a later phase of the shard reads of an earlier one.
  package static let shard = Space(rawValue: 3)
  /// What shards have exchanged, shared by all.
  package static let exchange = Space(rawValue: 4)
  /// The shard's rows of an array of the whole minibatch that outlives the shard's run; each such array
  /// is a block of its own.
  package static func kept(_ index: Int) -> Space { Space(rawValue: 5 + Int32(index)) }
}

/// Where an array begins.
package struct Place: Hashable, Sendable {
  /// The block of memory.
  package var space: Space
  /// Distance from its beginning, in floats.
  package var offset: Int

  /// A place in a block.
  package init(_ space: Space, _ offset: Int) {
    self.space = space
    self.offset = offset
  }
}

/// What follows a product in the same pass: the bias, then x > 0 ? x : slope · x.
package struct CallEpilogue: Hashable, Sendable {
  /// One number per column of the result.
  package var bias: Place?
  /// The slope for negative results; nil for no activation.
  package var slope: Double?

  /// A bias, an activation, both or none.
  package init(bias: Place? = nil, slope: Double? = nil) {
    self.bias = bias
    self.slope = slope
  }
}

/// `left [rows, inner] × right [inner, columns]`; a transposed operand is stored the other way.
package struct MatmulCall: Hashable, Sendable {
  package var rows: Int, columns: Int, inner: Int
  package var transposeLeft: Bool, transposeRight: Bool
  /// Floats from a stored row of an operand to its next; nil where they touch.
  package var leftStride: Int?, rightStride: Int?

  /// The extents of a product and how its operands are stored.
  package init(rows: Int, columns: Int, inner: Int, transposeLeft: Bool, transposeRight: Bool) {
    (self.rows, self.columns, self.inner) = (rows, columns, inner)
    (self.transposeLeft, self.transposeRight) = (transposeLeft, transposeRight)
  }
}

/// All extents of x `[count, height, width, in]`, w `[out, in, kernel]` → y.
package struct ConvolutionCall: Hashable, Sendable {
  package var count: Int
  package var height: Int, width: Int, inChannels: Int
  package var outHeight: Int, outWidth: Int, outChannels: Int
  package var kernelHeight: Int, kernelWidth: Int
  package var geometry: ConvolutionGeometry

  /// The extents of input, output and kernel.
  package init(
    count: Int, input: (height: Int, width: Int, channels: Int),
    output: (height: Int, width: Int, channels: Int), kernel: (height: Int, width: Int),
    _ geometry: ConvolutionGeometry
  ) {
    self.count = count
    (height, width, inChannels) = input
    (outHeight, outWidth, outChannels) = output
    (kernelHeight, kernelWidth) = kernel
    self.geometry = geometry
  }
}

/// Which of a convolution's three products.
package enum ConvolutionKind: Hashable, Sendable {
  /// a = x, b = w, result = y.
  case forward
  /// a = y, b = w, result = x.
  case inputGradient
  /// a = x, b = y, result = w.
  case weightGradient
}

/// One read or write of an element-wise loop: where it begins and how far its neighbours are.
package struct LoopView: Hashable, Sendable {
  package var place: Place
  package var strides: [Int]

  /// A view with one stride in floats per axis of the loop.
  package init(_ place: Place, strides: [Int]) {
    self.place = place
    self.strides = strides
  }
}

/// One write of an element-wise loop.
package struct LoopTarget: Hashable, Sendable {
  package var view: LoopView
  /// The register that is written.
  package var register: Int
  /// Sums along axes of stride 0 instead of writing; the loop zeroes the array first.
  package var accumulates: Bool
  /// Whether none of the loop's loads share the view's memory.
  package var isDirect: Bool

  /// A write of a register.
  package init(_ view: LoopView, register: Int, accumulates: Bool, isDirect: Bool) {
    self.view = view
    self.register = register
    self.accumulates = accumulates
    self.isDirect = isDirect
  }
}

/// register[target] = function(register[left], register[right], register[third], number), of which
/// each function takes what it needs.
package struct LoopInstruction: Hashable, Sendable {
  package var function: ElementFunction
  package var target: Int, left: Int, right: Int, third: Int
  package var number: Float

  /// A function of up to three registers and a number.
  package init(
    _ function: ElementFunction, target: Int, left: Int, right: Int = 0, third: Int = 0,
    number: Float = 0
  ) {
    self.function = function
    (self.target, self.left, self.right, self.third) = (target, left, right, third)
    self.number = number
  }
}

/// An element-wise computation over one index space. Registers `0..<loads.count` hold the loads.
package struct LoopCall: Hashable, Sendable {
  package var extents: [Int]
  package var loads: [LoopView]
  package var instructions: [LoopInstruction]
  package var targets: [LoopTarget]
  package var registerCount: Int

  /// A loop over `extents`.
  package init(
    extents: [Int], loads: [LoopView], instructions: [LoopInstruction], targets: [LoopTarget],
    registerCount: Int
  ) {
    (self.extents, self.loads, self.instructions) = (extents, loads, instructions)
    (self.targets, self.registerCount) = (targets, registerCount)
  }
}

/// One kernel call with its addresses.
package enum KernelCall: Hashable, Sendable {
  case loop(LoopCall)
  case matmul(MatmulCall, a: Place, b: Place, CallEpilogue, result: Place)
  case convolution(
    ConvolutionKind, ConvolutionCall, a: Place, b: Place, CallEpilogue, result: Place)
  /// A transposed convolution to few channels: a = y, b = w, result = x.
  case columns(ConvolutionCall, a: Place, b: Place, result: Place)
  /// What each output pixel sees of x, side by side.
  case patches(ConvolutionCall, x: Place, result: Place)
  /// x as the sum of overlapping patches.
  case overlap(ConvolutionCall, patches: Place, result: Place)
  /// A product of the examples' non-zeros and a dense array.
  case sparse(SparseCall, dense: Place, CallEpilogue, result: Place)
  /// Rows of noise, one per example, `perExample` numbers each.
  case noise(NoiseDistribution, stream: Int, examples: Int, perExample: Int, result: Place)
  case logSumExp(outer: Int, count: Int, inner: Int, x: Place, result: Place)
  case fill(Float, count: Int, result: Place)
}
