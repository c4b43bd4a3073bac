import GraphIR
import GraphPasses
import KernelCalls
import Testing

/// What becomes one kernel call.
@Suite struct LoweringTests {
  @Test func biasAndActivationJoinTheMatmul() {
    let program = lowered { builder in
      let x = builder.input("x", [4, 5])
      let y = builder.dense(x, weight: weight([3, 5], &builder), bias: bias(3, &builder))
      builder.output(.result("y"), builder.relu(y))
    }
    #expect(program.calls.map(kind) == ["matmul + bias + activation 0.0"])
  }

  @Test func biasAndActivationJoinTheConvolution() {
    let program = lowered { builder in
      let x = builder.input("x", [2, 8, 8, 3])
      let geometry = ConvolutionGeometry(stride: 2, padding: 1)
      let y = builder.convolution(x, weight: weight([6, 3, 4, 4], &builder), geometry)
      let biased = builder.add(y, bias(6, &builder))
      builder.output(.result("y"), builder.leakyReLU(biased, slope: 0.25))
    }
    #expect(program.calls.map(kind) == ["forward convolution + bias + activation 0.25"])
  }

  /// A product that someone else reads too is not changed by an activation.
  @Test func anActivationWithAnotherReaderStaysOutside() {
    let program = lowered { builder in
      let x = builder.input("x", [4, 5])
      let y = builder.dense(x, weight: weight([3, 5], &builder), bias: bias(3, &builder))
      builder.output(.result("y"), y)
      builder.output(.result("relu"), builder.relu(y))
    }
    #expect(program.calls.map(kind) == ["matmul + bias", "loop"])
  }

  @Test(arguments: [1, 3, 4, 5])
  func transposedConvolutionsToFewChannelsAreMatmuls(channels: Int) {
    let program = lowered { builder in
      let x = builder.input("x", [2, 4, 4, 8])
      let geometry = ConvolutionGeometry(stride: 2, padding: 1)
      let y = builder.convolutionTransposed(
        x, weight: weight([8, channels, 4, 4], &builder), geometry)
      builder.output(.result("y"), y)
    }
    let expected = channels <= 4 ? "matmul and col2im" : "inputGradient convolution"
    #expect(program.calls.map(kind) == [expected])
  }

  /// With mirrored weights; a stride or a padding beyond the kernel has no such mirror image.
  @Test(arguments: [(3, 1, 1), (4, 1, 2), (5, 1, 1), (3, 2, 1), (3, 1, 3)])
  func convolutionsByOnePixelToFewChannelsAreMatmuls(channels: Int, stride: Int, padding: Int) {
    let program = lowered { builder in
      let x = builder.input("x", [2, 8, 8, 8])
      let geometry = ConvolutionGeometry(stride: stride, padding: padding)
      let y = builder.convolution(x, weight: weight([channels, 8, 3, 3], &builder), geometry)
      builder.output(.result("y"), y)
    }
    let isMirrored = channels <= 4 && stride == 1 && padding < 3
    let expected = isMirrored ? ["loop", "matmul and col2im"] : ["forward convolution"]
    #expect(program.calls.map(kind) == expected)
  }

  /// The windows of x serve the weight gradient as well; bias and activation join the matmul.
  @Test func convolutionsOfFewPixelsAreMatmulsWithIm2col() {
    var builder = GraphBuilder()
    let x = builder.input("x", [2, 8, 8, 32])
    let geometry = ConvolutionGeometry(stride: 2, padding: 1)
    let first = builder.convolution(x, weight: weight([64, 32, 4, 4], &builder), geometry)
    let second = builder.convolution(first, weight: weight([5, 64, 4, 4], &builder, "2"), geometry)
    let y = builder.leakyReLU(builder.add(second, bias(5, &builder)), slope: 0.25)
    builder.output(.metric("objective"), builder.sum(y))
    let graph = builder.graph.differentiated(of: .metric("objective")).simplified()
    let kinds = graph.lowered().calls.map(kind).filter { $0 != "loop" }
    #expect(
      kinds == [
        "forward convolution", "im2col", "matmul + bias + activation 0.25", "matmul", "col2im",
        "matmul", "weightGradient convolution",
      ])
  }

  @Test func aChainAndItsSumAreOneLoop() throws {
    let program = lowered { builder in
      let x = builder.input("x", [6, 7])
      let chain = builder.square(builder.tanh(builder.add(builder.scale(x, by: 2), 1)))
      builder.output(.metric("rows"), builder.sum(chain, axes: [1]))
      builder.output(.metric("all"), builder.sum(chain))
    }
    #expect(program.calls.map(kind) == ["loop"])
    guard case .loop(let loop)? = program.calls.first?.kernel else { return }
    #expect(loop.functions.count == 4)
    #expect(loop.stores.count == 2 && loop.stores.allSatisfy(\.accumulates))
  }

  /// Repetition, slices and transposes are strides of the loop that reads them.
  @Test func rearrangementsCostNothing() {
    let program = lowered { builder in
      let x = builder.input("x", [6, 8])
      let part = builder.slice(x, axis: 1, start: 2, count: 4)
      let turned = builder.transpose(part, [1, 0])
      builder.output(.result("y"), builder.multiply(turned, builder.input("row", [6])))
    }
    #expect(program.calls.map(kind) == ["loop"])
  }

  /// A dense layer on a sparse input and its weight gradient read non-zeros.
  @Test func denseLayersReadTheNonZerosOfTheInput() {
    #expect(
      sparseKinds { builder, x in
        builder.relu(
          builder.dense(x, weight: weight([3, 5], &builder), bias: bias(3, &builder)))
      } == ["sparse forward + bias + activation 0.0", "loop", "sparse weightGradient"])
  }

  /// Whatever stands between makes rows dense, and other readers get them dense.
  @Test func otherReadersOfASparseInputGetItDense() {
    let squared = sparseKinds { builder, x in
      builder.matmul(builder.square(x), weight([3, 5], &builder), transposeRight: true)
    }
    #expect(squared.allSatisfy { !$0.hasPrefix("sparse") } && squared.contains("matmul"))
    var builder = GraphBuilder()
    let x = builder.input("x", [4, 5])
    let y = builder.matmul(x, weight([3, 5], &builder), transposeRight: true)
    builder.output(.result("y"), y)
    builder.output(.result("sum"), builder.sum(x, axes: [1]))
    let program = builder.graph.simplified().lowered(sparse: ["x": sparsity])
    #expect(program.calls.map(kind) == ["sparse forward", "loop"])
  }

  /// An input of which only non-zeros are read takes no memory.
  @Test func aSparseInputThatNobodyElseReadsHasNoPlace() {
    var builder = GraphBuilder()
    let x = builder.input("x", [4, 5])
    builder.output(
      .result("y"), builder.matmul(x, weight([3, 5], &builder), transposeRight: true))
    let program = builder.graph.simplified().lowered(sparse: ["x": sparsity])
    #expect(program.planMemory().arenaCount == 0)
  }

  private let sparsity = RowSparsity(mostPerRow: 2, meanPerRow: 1)

  private func sparseKinds(_ layer: (inout GraphBuilder, Value) -> Value) -> [String] {
    var builder = GraphBuilder()
    let x = builder.input("x", [4, 5])
    builder.output(.metric("objective"), builder.sum(builder.square(layer(&builder, x))))
    let graph = builder.graph.differentiated(of: .metric("objective")).simplified()
    return graph.lowered(sparse: ["x": sparsity]).calls.map(kind)
  }

  @Test func theGradientOfTheDataIsNotComputed() {
    var builder = GraphBuilder()
    let x = builder.input("x", [2, 8, 8, 3])
    let geometry = ConvolutionGeometry(stride: 2, padding: 1)
    let first = builder.relu(
      builder.convolution(x, weight: weight([6, 3, 4, 4], &builder), geometry))
    let second = builder.convolution(first, weight: weight([5, 6, 4, 4], &builder, "2"), geometry)
    builder.output(.metric("objective"), builder.sum(builder.square(second)))
    let graph = builder.graph.differentiated(of: .metric("objective")).simplified()
    let kinds = graph.lowered().calls.map(kind)
    #expect(kinds.count { $0 == "weightGradient convolution" } == 2)
    #expect(kinds.count { $0 == "inputGradient convolution" } == 1)
  }

  private func lowered(_ build: (inout GraphBuilder) -> Void) -> Program {
    var builder = GraphBuilder()
    build(&builder)
    return builder.graph.simplified().lowered()
  }
}

private func weight(_ shape: Shape, _ builder: inout GraphBuilder, _ name: String = "1") -> Value {
  builder.parameter(
    ParameterDeclaration(
      name: "weight\(name)", shape: shape, initializer: .constant(0),
      role: .trained(isWeight: true)))
}

private func bias(_ count: Int, _ builder: inout GraphBuilder) -> Value {
  builder.parameter(
    ParameterDeclaration(
      name: "bias", shape: [count], initializer: .constant(0), role: .trained(isWeight: false)))
}

/// A call in a word or two.
private func kind(_ call: Call<ArrayView>) -> String {
  let name =
    switch call.kernel {
    case .loop: "loop"
    case .matmul: "matmul"
    case .convolution(let kind, _): "\(kind) convolution"
    case .im2col: "im2col"
    case .col2im: "col2im"
    case .matmulCol2im: "matmul and col2im"
    case .sparseMatmul(let product): "sparse \(product.kind)"
    case .noise: "noise"
    case .logSumExp: "logSumExp"
    case .gatherRows: "gatherRows"
    case .scatterRows: "scatterRows"
    case .fill: "fill"
    case .collective: "collective"
    }
  return name + (call.epilogue.bias == nil ? "" : " + bias")
    + (call.epilogue.slope.map { " + activation \($0)" } ?? "")
}
