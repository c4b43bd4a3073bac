internal import GraphIR

/// The extents of a convolution and the positions that meet in each of its products.
private struct ConvolutionLoops {
  /// `[N, H, W, I]`
  let x: Shape
  /// `[O, I, kH, kW]`
  let weight: Shape
  /// `[N, H', W', O]`
  let y: Shape
  let geometry: ConvolutionGeometry

  /// Calls `body` for every product of a convolution with the positions of `x`, `weight` and `y`.
  ///
  /// Products with the padding's zeros are left out.
  func forEachProduct(_ body: (_ x: Int, _ weight: Int, _ y: Int) -> Void) {
    for n in 0..<y[0] {
      for row in 0..<y[1] {
        for column in 0..<y[2] {
          for kernelRow in 0..<weight[2] {
            let h = row * geometry.strideHeight + kernelRow - geometry.paddingHeight
            guard (0..<x[1]).contains(h) else { continue }
            for kernelColumn in 0..<weight[3] {
              let w = column * geometry.strideWidth + kernelColumn - geometry.paddingWidth
              guard (0..<x[2]).contains(w) else { continue }
              let xStart = ((n * x[1] + h) * x[2] + w) * x[3]
              let yStart = ((n * y[1] + row) * y[2] + column) * y[3]
              let tap = kernelRow * weight[3] + kernelColumn
              for o in 0..<y[3] {
                for i in 0..<x[3] {
                  body(xStart + i, (o * x[3] + i) * weight[2] * weight[3] + tap, yStart + o)
                }
              }
            }
          }
        }
      }
    }
  }
}

/// The three members of the convolution family; each sums the same products into another operand.
extension Tensor {
  /// y[n, r, c, o] = Σ x[n, r·s + k − p, c·s + l − p, i] · w[o, i, k, l].
  func convolved(
    _ weight: Tensor, _ geometry: ConvolutionGeometry, to target: Shape
  ) -> Tensor {
    var sums = [Double](repeating: 0, count: target.count)
    ConvolutionLoops(x: shape, weight: weight.shape, y: target, geometry: geometry)
      .forEachProduct { x, w, y in sums[y] += values[x] * weight[w] }
    return Tensor(shape: target, values: sums)
  }

  /// The transposed convolution of y, which this is.
  func convolutionInputGradient(
    _ weight: Tensor, _ geometry: ConvolutionGeometry, to target: Shape
  ) -> Tensor {
    var sums = [Double](repeating: 0, count: target.count)
    ConvolutionLoops(x: target, weight: weight.shape, y: shape, geometry: geometry)
      .forEachProduct { x, w, y in sums[x] += values[y] * weight[w] }
    return Tensor(shape: target, values: sums)
  }

  /// The correlation of x, which this is, with y.
  func convolutionWeightGradient(
    _ y: Tensor, _ geometry: ConvolutionGeometry, to target: Shape
  ) -> Tensor {
    var sums = [Double](repeating: 0, count: target.count)
    ConvolutionLoops(x: shape, weight: target, y: y.shape, geometry: geometry)
      .forEachProduct { x, w, position in sums[w] += values[x] * y[position] }
    return Tensor(shape: target, values: sums)
  }
}
