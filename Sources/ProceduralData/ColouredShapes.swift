internal import Glibc
package import HDF5

/// Pictures 64 × 64 of a coloured body in a coloured room, of known factors, in the manner of 3D Shapes.
///
/// The factors are drawn evenly and independently: `floorHue`, `wallHue`, `objectHue` (10 hues evenly round the circle), `scale` (8
/// from 0.6 to 1), `shape` (box, cylinder, sphere, pill) and `orientation` (15 from −30° to 30°: the camera goes round the
/// body). Light comes from the upper left of the room, and the floor has a shadow.
/// `images` `[N, 64, 64, 3]` uint8 with scale 1/255, `factors/classes` `[N, 6]` int32, `factors/values` `[N, 6]` float32 (hues 0…1,
/// the scale, the shape's number, the angle in radians), both with the attribute `names`.
/// - Source: The idea is that of Burgess & Kim, "3D Shapes Dataset", 2018.
package struct ColouredShapes: ProceduralSet {
  package static let name = "shapes"
  package static let meaning =
    "Pictures 64 × 64 of a coloured body in a coloured room, of known hues, scale, shape and orientation."
  package static let data = "images"
  package static let sizes = 1...500_000
  package static let standardSize = 20_000
  /// The factors and how many values each has.
  package static let factors = [
    ("floorHue", 10), ("wallHue", 10), ("objectHue", 10), ("scale", 8), ("shape", 4),
    ("orientation", 15),
  ]
  static let side = 64
  package let count: Int
  private let seed: Int

  package init(size: Int, seed: Int) { (count, self.seed) = (size, seed) }

  package func fill(_ file: HDF5File, _ progress: (Int, Int) throws -> Void) throws {
    let side = Self.side
    try file.createDataset(
      "images", shape: [count, side, side, 3], of: UInt8.self, deflate: 3)
    try file.setAttribute("scale", of: "images", to: .real(1 / 255))
    var (classes, values): ([Int32], [Double]) = ([], [])
    for first in stride(from: 0, to: count, by: 256) {
      let rows = first..<min(first + 256, count)
      var block: [UInt8] = []
      for row in rows {
        let factors = self.factors(of: row)
        classes += factors.map { Int32($0) }
        values += Self.values(of: factors)
        block += Self.picture(of: factors)
      }
      try file.writeRows("images", rows: rows, values: block.span)
      try progress(rows.upperBound, count)
    }
    let shape = [count, Self.factors.count]
    try file.write("factors/classes", shape: shape, values: classes.span, deflate: 4)
    try file.write("factors/values", shape: shape, values)
    for name in ["factors/classes", "factors/values"] {
      try file.setAttribute("names", of: name, to: .strings(Self.factors.map(\.0)))
    }
  }

  /// The factors of a picture, each as the number of its value.
  package func factors(of row: Int) -> [Int] {
    var draws = Draws(seed: seed, row: row)
    return Self.factors.map { draws.below($0.1) }
  }

  static func values(of factors: [Int]) -> [Double] {
    [
      Double(factors[0]) / 10, Double(factors[1]) / 10, Double(factors[2]) / 10,
      0.6 + 0.4 * Double(factors[3]) / 7, Double(factors[4]),
      (Double(factors[5]) / 14 - 0.5) * .pi / 3,
    ]
  }

  /// `[64, 64, 3]`, rows downwards.
  package static func picture(of factors: [Int]) -> [UInt8] {
    let values = values(of: factors)
    let (scale, angle) = (values[3], values[5])
    let body = Body(shape: factors[4], scale: scale)
    let (c, s) = (cos(angle), sin(angle))
    func turned(_ v: SIMD3<Double>) -> SIMD3<Double> {
      [c * v.x + s * v.z, v.y, c * v.z - s * v.x]
    }
    let eye = turned([0, 1.7, -5])
    var pixels: [UInt8] = []
    pixels.reserveCapacity(side * side * 3)
    for row in 0..<side {
      for column in 0..<side {
        let across = (Double(column) + 0.5) / Double(side) - 0.5
        let up = 0.5 - (Double(row) + 0.5) / Double(side)
        let ray = turned(SIMD3(across, up - 0.18, 1).normalized)
        let (hue, light) = seen(eye, ray, body, hues: values)
        for channel in 0..<3 {
          // A third of the circle apart, each channel is bright within a sixth of its own hue.
          let apart = hue * 6 + [0.0, 4, 2][channel]
          let wave = abs(apart.truncatingRemainder(dividingBy: 6) - 3) - 1
          let colour = 0.15 + 0.85 * min(max(wave, 0), 1)
          pixels.append(UInt8(min(max(255 * colour * light, 0), 255)))
        }
      }
    }
    return pixels
  }

  /// Hue and brightness of what a ray meets: the body, the floor y = 0, or the wall, a cylinder of radius 6.
  private static func seen(
    _ eye: SIMD3<Double>, _ ray: SIMD3<Double>, _ body: Body, hues: [Double]
  ) -> (hue: Double, light: Double) {
    let lamp = SIMD3(-0.5, 0.8, -0.35).normalized
    if let distance = body.distance(from: eye, along: ray) {
      let shade = (body.normal(at: eye + distance * ray) * lamp).sum()
      return (hues[2], 0.35 + 0.6 * max(shade, 0))
    }
    if ray.y < 0 {
      let place = eye - (eye.y / ray.y) * ray
      if (place * place).sum() < 36 {
        let isDark = body.distance(from: place + 0.02 * lamp, along: lamp) != nil
        return (hues[0], isDark ? 0.45 : 0.85)
      }
    }
    // Lighter where the wall faces the lamp.
    let (a, b) = (ray.x * ray.x + ray.z * ray.z, eye.x * ray.x + eye.z * ray.z)
    let t = (-b + (b * b - a * (eye.x * eye.x + eye.z * eye.z - 36)).squareRoot()) / a
    let place = eye + t * ray
    return (hues[1], 0.75 - 0.15 * (place.x * lamp.x + place.z * lamp.z) / 6)
  }
}

/// A body that stands on the floor, as its distance function.
private struct Body {
  /// 0 a box, 1 a cylinder, 2 a sphere, 3 a pill.
  var shape: Int
  var scale: Double

  /// Distance of a point to the surface, negative within; never more than it is.
  ///
  /// - Source: Hart, "Sphere Tracing", The Visual Computer 12 (1996), 527–545.
  func distance(to point: SIMD3<Double>) -> Double {
    let p = (point - SIMD3(0, scale, 0)) / scale
    let unit: Double
    switch shape {
    case 0: unit = outside(SIMD3(abs(p.x), abs(p.y), abs(p.z)) - SIMD3(0.8, 1, 0.8))
    case 1: unit = outside([(p.x * p.x + p.z * p.z).squareRoot() - 0.8, abs(p.y) - 1, 0])
    case 2: unit = p.length - 1
    default: unit = (p - SIMD3(0, min(max(p.y, -0.4), 0.4), 0)).length - 0.6
    }
    return unit * scale
  }

  /// Of the excess over each of a box's faces, the distance.
  private func outside(_ excess: SIMD3<Double>) -> Double {
    let beyond = SIMD3(max(excess.x, 0), max(excess.y, 0), max(excess.z, 0))
    return beyond.length + min(excess.max(), 0)
  }

  /// How far a ray goes to the surface; nil where it misses.
  func distance(from eye: SIMD3<Double>, along ray: SIMD3<Double>) -> Double? {
    // Rays that pass the ball around the body need no steps.
    let centre = SIMD3(0, scale, 0) - eye
    let along = (centre * ray).sum()
    let radius = 1.6 * scale
    guard along > -radius, (centre - along * ray).length < radius else { return nil }
    var t = 0.0
    for _ in 0..<96 {
      let step = distance(to: eye + t * ray)
      if step < 1e-3 { return t }
      t += step
      if t > along + radius { return nil }
    }
    return nil
  }

  /// The surface's direction, by differences.
  func normal(at point: SIMD3<Double>) -> SIMD3<Double> {
    let h = 1e-4
    func slope(_ step: SIMD3<Double>) -> Double {
      distance(to: point + step) - distance(to: point - step)
    }
    return SIMD3(slope([h, 0, 0]), slope([0, h, 0]), slope([0, 0, h])).normalized
  }
}

extension SIMD3<Double> {
  fileprivate var length: Double { (self * self).sum().squareRoot() }
  fileprivate var normalized: SIMD3<Double> { self / length }
}
