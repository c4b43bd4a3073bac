internal import Glibc
package import HDF5

/// Points of a mixture of eight normal distributions around a circle, with their true log density.
///
/// With weight w_k = (k + 1) / 36 a point belongs to component k = 0…7 and is, for the angle a = 2πk/8,
///
///     x = (4 + 0.6 s) (cos a, sin a) + 0.2 t (−sin a, cos a),  s, t ~ N(0, 1)
///
/// `x` `[N, 2]` float32, `labels` the components, `logDensity` `[N]` float64 is log p(x) in nats at `x` as it is stored: the
/// mean over fresh points is what no model's can exceed.
package struct GaussianMixture: ProceduralSet {
  package static let name = "mixture"
  package static let meaning =
    "Points in the plane from eight normal distributions of known weights, with their true log density."
  package let count: Int
  private let seed: Int
  static let componentCount = 8
  package static let weights = (1...componentCount).map { Double($0) / 36 }

  package init(size: Int, seed: Int) { (count, self.seed) = (size, seed) }

  /// log p(x) in nats.
  package static func logDensity(_ x: Double, _ y: Double) -> Double {
    var density = 0.0
    for k in 0..<componentCount {
      let a = 2 * .pi * Double(k) / Double(componentCount)
      let s = (x * cos(a) + y * sin(a) - 4) / 0.6
      let t = (y * cos(a) - x * sin(a)) / 0.2
      density += weights[k] * exp(-(s * s + t * t) / 2) / (2 * .pi * 0.6 * 0.2)
    }
    return log(density)
  }

  package func fill(_ file: HDF5File, _ progress: (Int, Int) throws -> Void) throws {
    var (x, labels, density): ([Float], [Int32], [Double]) = ([], [], [])
    for row in 0..<count {
      var draws = Draws(seed: seed, row: row)
      let k = draws.choice(of: Self.weights)
      let a = 2 * .pi * Double(k) / Double(Self.componentCount)
      let (s, t) = (4 + 0.6 * draws.normal(), 0.2 * draws.normal())
      let point = [Float(s * cos(a) - t * sin(a)), Float(s * sin(a) + t * cos(a))]
      x += point
      labels.append(Int32(k))
      density.append(Self.logDensity(Double(point[0]), Double(point[1])))
      if row % 4096 == 0 { try progress(row, count) }
    }
    try file.write("x", shape: [count, 2], values: x.span, deflate: 4)
    try file.write("labels", classes: labels, (0..<Self.componentCount).map { "component \($0)" })
    try file.write("logDensity", shape: [count], values: density.span, deflate: 4)
  }
}
