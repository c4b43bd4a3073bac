internal import GraphIR

extension OpCase {
  /// What the builder composes from several operations, and leaves that are no parameters.
  static let compositeCases: [OpCase] =
    [
      OpCase("elu", [[3, 7]]) { $0.elu($1[0], alpha: 1) },
      OpCase("elu of positive numbers, alpha 0.7", [[3, 7]], in: 0.2...2) {
        $0.elu($1[0], alpha: 0.7)
      },
      OpCase("elu of negative numbers, alpha 0.7", [[3, 7]], in: -2 ... -0.2) {
        $0.elu($1[0], alpha: 0.7)
      },
      OpCase("gelu", [[3, 7]], in: -3...3) { $0.gelu($1[0]) },
      OpCase("silu", [[3, 7]], in: -3...3) { $0.silu($1[0]) },
      OpCase("clamp, inside", [[3, 5]], in: -0.6...0.6) { $0.clamp($1[0], -0.7, 0.7) },
      OpCase("clamp, below", [[3, 5]], in: -2 ... -0.8) { $0.clamp($1[0], -0.7, 0.7) },
      OpCase("clamp, above", [[3, 5]], in: 0.8...2) { $0.clamp($1[0], -0.7, 0.7) },
      OpCase("clamp, on both sides of a limit", [[3, 5]], in: -2...2) {
        $0.clamp($1[0], -0.7, 0.7)
      },
      OpCase("plus a number", [[5]]) { $0.add($1[0], 1.25) },
      OpCase("times a number", [[5]]) { $0.scale($1[0], by: -0.75) },
      OpCase("dropout", [[5, 7]]) {
        $0.dropout($1[0], noise: $0.random(.uniform, [5, 7]), probability: 0.4)
      },
      OpCase("dropout of numbered rows", [[5, 7]]) {
        let noise = $0.random(.uniform, [5, 7], rows: .numbered(from: 3))
        return $0.dropout($1[0], noise: noise, probability: 0.4)
      },
      OpCase("normal noise, reparameterised", [[3, 5], [3, 5]]) { g, x in
        let deviation = g.exp(g.scale(x[1], by: 0.5))
        return g.add(x[0], g.multiply(deviation, g.random(.standardNormal, [3, 5])))
      },
      OpCase("mean over all axes", [[2, 3, 5]]) { $0.mean($1[0]) },
      OpCase("mean over leading axes", [[2, 3, 5]]) { $0.mean($1[0], axes: [0, 1]) },
      OpCase("mean over a middle axis", [[2, 3, 5]]) { $0.mean($1[0], axes: [1]) },
      // Finite differences see through it, so it stands where no derivative would pass anyway.
      OpCase("stopGradient of an input in a product", [[5]]) {
        $0.multiply($0.square($1[0]), $0.stopGradient($0.tanh($0.input("data", [5]))))
      },
      OpCase("an input times an operand", [[3, 5]]) {
        $0.multiply($0.input("data", [3, 5]), $1[0])
      },
      OpCase("softmax", [[3, 5]]) { g, x in
        let total = g.broadcastLeading(g.logSumExp(x[0], axis: 1), to: [3, 5])
        return g.exp(g.subtract(x[0], total))
      },
      OpCase("a normal log density", [[3, 5], [3, 5], [3, 5]]) { g, x in
        let centred = g.multiply(g.square(g.subtract(x[0], x[1])), g.exp(g.negate(x[2])))
        return g.scale(g.sumPerExample(g.add(centred, x[2])), by: -0.5)
      },
      OpCase("the one path of a value used thrice", [[2, 3]]) { g, x in
        let hidden = g.tanh(x[0])
        return g.add(g.multiply(hidden, g.exp(hidden)), g.negate(g.negate(hidden)))
      },
    ] + batchNormalizationCases

  private static let batchNormalizationCases: [OpCase] =
    ([[7, 3], [2, 3, 3, 5], [5, 1]] as [Shape]).map { shape in
      let channels: Shape = [shape[shape.rank - 1]]
      return OpCase("batchNormalize of \(shape)", [shape, channels, channels]) {
        $0.batchNormalize($1[0], scale: $1[1], shift: $1[2], epsilon: 1e-3).result
      }
    } + [
      OpCase("batchNormalize's statistics", [[7, 3]]) { g, x in
        let ones = g.constant(1, [3])
        let parts = g.batchNormalize(x[0], scale: ones, shift: ones, epsilon: 1e-3)
        return concatenate([parts.mean, parts.unbiasedVariance], axis: 0, in: &g)
      },
      OpCase("normalize with given statistics", [[2, 3, 5], [5], [5], [5], [5]], in: 0.3...2) {
        $0.normalize(
          $1[0], mean: $1[1], variance: $1[2], scale: $1[3], shift: $1[4], epsilon: 1e-3)
      },
      OpCase("a convolution, normalised", [[2, 4, 4, 2], [3, 2, 3, 3], [3], [3]]) { g, x in
        let y = g.convolution(x[0], weight: x[1], ConvolutionGeometry(stride: 1, padding: 1))
        return g.silu(g.batchNormalize(y, scale: x[2], shift: x[3], epsilon: 1e-3).result)
      },
    ]
}
