internal import GraphIR

extension OpCase {
  /// Matrix products: each transposition, vectors as matrices, one operand twice.
  static let productCases: [OpCase] =
    [false, true].flatMap { left in
      [false, true].flatMap { right in
        [(3, 5, 7), (1, 17, 2), (9, 1, 3)].map { m, k, n in
          let (a, b): (Shape, Shape) = (left ? [k, m] : [m, k], right ? [n, k] : [k, n])
          let op = Op.matmul(transposeLeft: left, transposeRight: right)
          return OpCase("\(op.name), \(m) × \(k) × \(n)", [a, b]) { $0.apply(op, $1[0], $1[1]) }
        }
      }
    } + [
      OpCase("a matrix times its transpose", [[3, 5]]) {
        $0.matmul($1[0], $1[0], transposeRight: true)
      },
      OpCase("dense", [[4, 5], [3, 5], [3]]) { $0.dense($1[0], weight: $1[1], bias: $1[2]) },
    ]

  /// The convolution family: each member on each geometry.
  static let convolutionCases: [OpCase] =
    ConvolutionCase.all.flatMap { c in
      let (x, weight, y) = (c.x, c.weight, c.y)
      return [
        OpCase("convolution, \(c.name)", [x, weight]) {
          $0.convolution($1[0], weight: $1[1], c.geometry)
        },
        OpCase("convolutionInputGradient, \(c.name)", [y, weight]) {
          $0.apply(
            .convolutionInputGradient(c.geometry, height: x[1], width: x[2]), $1[0], $1[1])
        },
        OpCase("convolutionWeightGradient, \(c.name)", [x, y]) {
          $0.apply(
            .convolutionWeightGradient(
              c.geometry, kernelHeight: weight[2], kernelWidth: weight[3]), $1[0], $1[1])
        },
      ]
    } + [
      OpCase("convolutionTransposed without output padding", [[2, 3, 2, 3], [3, 2, 3, 3]]) {
        $0.convolutionTransposed(
          $1[0], weight: $1[1], ConvolutionGeometry(stride: 2, padding: 1))
      },
      OpCase("convolutionTransposed with output padding 1", [[2, 3, 2, 3], [3, 1, 3, 3]]) {
        $0.convolutionTransposed(
          $1[0], weight: $1[1], ConvolutionGeometry(stride: 2, padding: 1), outputPadding: 1)
      },
      OpCase(
        "convolutionTransposed by im2col with output padding", [[2, 2, 3, 7], [7, 116, 3, 3]]
      ) {
        $0.convolutionTransposed(
          $1[0], weight: $1[1], ConvolutionGeometry(stride: 2, padding: 1), outputPadding: 1)
      },
      OpCase(
        "bias and leaky ReLU after a matmul of im2col", [[2, 4, 3, 116], [8, 116, 3, 3], [8]]
      ) {
        let geometry = ConvolutionGeometry(stride: 2, padding: 1)
        let y = $0.convolution($1[0], weight: $1[1], geometry)
        return $0.leakyReLU($0.add(y, $1[2]), slope: 0.25)
      },
      OpCase("convolutionTransposed with output padding 2", [[1, 2, 3, 1], [1, 5, 2, 4]]) {
        $0.convolutionTransposed(
          $1[0], weight: $1[1], ConvolutionGeometry(stride: 3, padding: 0), outputPadding: 2)
      },
    ]
}

/// The shapes of one convolution.
private struct ConvolutionCase {
  var x: Shape
  var weight: Shape
  var geometry: ConvolutionGeometry

  init(
    _ x: Shape, _ weight: Shape, stride: (Int, Int) = (1, 1), padding: (Int, Int) = (0, 0)
  ) {
    self.x = x
    self.weight = weight
    geometry = ConvolutionGeometry(stride: 1, padding: 0)
    (geometry.strideHeight, geometry.strideWidth) = stride
    (geometry.paddingHeight, geometry.paddingWidth) = padding
  }

  /// `[N, H', W', O]`.
  var y: Shape {
    do { return try Op.convolution(geometry).resultShape(of: [x, weight]) } catch {
      preconditionFailure(error.description)
    }
  }

  var name: String {
    "\(x) with \(weight), stride \(geometry.strideHeight)×\(geometry.strideWidth), "
      + "padding \(geometry.paddingHeight)×\(geometry.paddingWidth)"
  }

  /// Kernels of one pixel to the whole input; strides that do and do not reach the last pixel.
  static let all: [ConvolutionCase] = [
    ConvolutionCase([2, 4, 5, 1], [1, 1, 1, 1]),
    ConvolutionCase([2, 4, 5, 3], [5, 3, 1, 1]),
    ConvolutionCase([1, 5, 6, 3], [2, 3, 3, 3], padding: (1, 1)),
    ConvolutionCase([2, 5, 4, 1], [3, 1, 3, 2]),
    ConvolutionCase([2, 7, 5, 3], [5, 3, 3, 3], stride: (2, 2), padding: (1, 1)),
    ConvolutionCase([1, 8, 6, 2], [3, 2, 4, 4], stride: (2, 2), padding: (1, 1)),
    ConvolutionCase([1, 8, 9, 1], [3, 1, 3, 3], stride: (3, 3), padding: (1, 1)),
    ConvolutionCase([1, 7, 8, 2], [3, 2, 2, 2], stride: (3, 3)),
    ConvolutionCase([2, 6, 9, 3], [1, 3, 2, 3], stride: (1, 3), padding: (0, 2)),
    ConvolutionCase([1, 9, 4, 2], [2, 2, 5, 1], stride: (2, 1), padding: (2, 0)),
    ConvolutionCase([3, 4, 3, 2], [3, 2, 4, 3]),
    // By one pixel to few channels: computed in the other direction, with mirrored weights.
    ConvolutionCase([2, 5, 6, 5], [3, 5, 3, 3], padding: (1, 1)),
    ConvolutionCase([2, 6, 4, 6], [1, 6, 2, 3], padding: (0, 2)),
    ConvolutionCase([1, 4, 5, 5], [4, 5, 1, 1]),
    ConvolutionCase([1, 5, 4, 7], [2, 7, 4, 3]),
    // Few pixels and a long sum: matmuls with im2col or col2im.
    ConvolutionCase([2, 4, 3, 116], [7, 116, 3, 3], stride: (2, 2), padding: (1, 1)),
    ConvolutionCase([1, 3, 5, 128], [5, 128, 2, 4], stride: (1, 2), padding: (1, 0)),
    ConvolutionCase([3, 4, 6, 64], [6, 64, 4, 4], stride: (2, 2), padding: (1, 1)),
    ConvolutionCase([2, 3, 3, 116], [9, 116, 3, 3], padding: (1, 1)),
  ]
}
