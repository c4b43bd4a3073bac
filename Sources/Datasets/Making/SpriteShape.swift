internal import Glibc

/// What a sprite shows.
public enum SpriteShape: Int, Hashable, Sendable, CaseIterable {
  case square, ellipse, heart

  /// The name in the file: `square`, `ellipse`, `heart`.
  public var name: String {
    switch self {
    case .square: "square"
    case .ellipse: "ellipse"
    case .heart: "heart"
    }
  }

  /// Whether a point lies in the upright shape of scale 1 around the origin; pixels, y downwards.
  ///
  /// No shape reaches further than 15.5 pixels. The sizes keep the edges of upright shapes off the
  /// pixels' centres, so that rounding does not decide.
  func contains(_ x: Double, _ y: Double) -> Bool {
    switch self {
    case .square:
      return abs(x) <= 10.7 && abs(y) <= 10.7
    case .ellipse:
      let (a, b) = (x / 14.3, y / 7.6)
      return a * a + b * b <= 1
    case .heart:
      // The sextic heart curve (a² + b² − 1)³ = a²b³, which spans about −1.14...1.14 by −1...1.24.
      let (a, b) = (x / 10.6, -y / 10.6)
      let rim = a * a + b * b - 1
      return rim * rim * rim <= a * a * b * b * b
    }
  }
}

/// A rasterised sprite: the pixels within `reach` of its centre.
package struct SpriteMask {
  /// Pixels from the centre to the mask's edge.
  package static let reach = 16
  /// Pixels of a side.
  package static let side = 2 * reach + 1

  /// `[side, side]`, 0 or 1, rows downwards.
  package let pixels: [UInt8]

  /// Tests each pixel's centre against the shape: no antialiasing.
  ///
  /// - Parameters:
  ///   - scale: 0.5...1.
  ///   - orientation: Radians; positive turns from the x axis towards the y axis, clockwise on the
  ///     screen.
  package init(_ shape: SpriteShape, scale: Double, orientation: Double) {
    let (c, s) = (cos(orientation) / scale, sin(orientation) / scale)
    var pixels: [UInt8] = []
    pixels.reserveCapacity(Self.side * Self.side)
    for row in -Self.reach...Self.reach {
      for column in -Self.reach...Self.reach {
        let (x, y) = (Double(column), Double(row))
        pixels.append(shape.contains(c * x + s * y, c * y - s * x) ? 1 : 0)
      }
    }
    self.pixels = pixels
  }
}
