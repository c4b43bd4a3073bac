public import GraphIR
internal import Glibc

/// A small generator for tests and references: 64 bits of state, the same numbers everywhere.
///
/// - Source: Steele, Lea & Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
public struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// A generator that begins at `seed`.
  public init(seed: UInt64) { state = seed }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A number on [0, 1), a multiple of 2⁻⁵³.
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A number with the standard normal distribution. Source: Box & Muller, 1958.
  public mutating func normal() -> Double {
    // 1 − u lies on (0, 1], so the logarithm is finite.
    (-2 * log(1 - uniform())).squareRoot() * cos(2 * .pi * uniform())
  }

  /// +1 or −1.
  public mutating func sign() -> Double { next() >> 63 == 0 ? 1 : -1 }

  /// An array of numbers uniform on a range.
  public mutating func tensor(_ shape: Shape, in range: ClosedRange<Double>) -> Tensor {
    let width = range.upperBound - range.lowerBound
    return Tensor(
      shape: shape, values: (0..<shape.count).map { _ in range.lowerBound + width * uniform() })
  }

  /// An array of +1 and −1.
  public mutating func signs(_ shape: Shape) -> Tensor {
    Tensor(shape: shape, values: (0..<shape.count).map { _ in sign() })
  }
}

/// Noise for `Interpreter.run`: the draw of a random node depends on seed, distribution, stream, rows
/// and shape alone. But for permutations a longer draw of a stream begins like a shorter one, and rows
/// numbered from any are the same as among those from 0; rows of examples are numbered from 0.
public func deterministicNoise(
  seed: UInt64
) -> @Sendable (NoiseDistribution, Int, NoiseRows, Shape) -> Tensor {
  { distribution, stream, rows, shape in
    var seeds = SplitMix64(seed: seed)
    var generator = SplitMix64(seed: seeds.next() ^ UInt64(stream) &* 0xD1B5_4A32_D192_ED03)
    if distribution == .permutation { return generator.permutations(shape) }
    func draw() -> Double {
      distribution == .uniform ? generator.uniform() : generator.normal()
    }
    if case .numbered(let first) = rows {
      for _ in 0..<first * shape.removing(axes: [0]).count { _ = draw() }
    }
    return Tensor(shape: shape, values: (0..<shape.count).map { _ in draw() })
  }
}

extension SplitMix64 {
  /// The numbers of the rows in random order, in each column.
  fileprivate mutating func permutations(_ shape: Shape) -> Tensor {
    let (rows, columns) = (shape[0], shape[1])
    var result = Tensor(repeating: 0, shape: shape)
    for column in 0..<columns {
      for (row, number) in (0..<rows).shuffled(using: &self).enumerated() {
        result[row * columns + column] = Double(number)
      }
    }
    return result
  }
}
