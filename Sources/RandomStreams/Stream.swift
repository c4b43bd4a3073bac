internal import Glibc

/// What random numbers are for; each purpose has numbers of its own under one seed.
public enum Purpose: UInt32, Sendable, CaseIterable {
  case initialization = 1, shuffling, split, training, validation, evaluation, sampling,
    rewriting, generation
}

/// Random numbers as a function of (seed, purpose) and a position: nothing to save, nothing to share.
public struct Stream: Sendable {
  /// Philox's key: the seed, with the purpose spread over its upper half.
  public let key: UInt64

  /// The numbers of one purpose under one seed.
  public init(seed: UInt64, purpose: Purpose) {
    key = seed ^ (UInt64(purpose.rawValue &* 0x9E37_79B9) << 32)
  }

  /// Four words at a position.
  public func words(_ a: UInt32, _ b: UInt32, _ c: UInt32 = 0, _ d: UInt32 = 0)
    -> (UInt32, UInt32, UInt32, UInt32)
  {
    philox(counter: (a, b, c, d), key: key)
  }

  /// Uniform on [0, 1) in multiples of 2⁻⁵³, at a position.
  public func uniform(_ a: UInt32, _ b: UInt32, _ c: UInt32 = 0) -> Double {
    let (high, low, _, _) = words(a, b, c)
    return Double((UInt64(high) << 21) ^ (UInt64(low) >> 11)) * 0x1p-53
  }

  /// Standard normal at a position. Source: Box & Muller, Ann. Math. Stat. 29 (1958), 610–611.
  public func normal(_ a: UInt32, _ b: UInt32, _ c: UInt32 = 0) -> Double {
    let (w0, w1, w2, w3) = words(a, b, c)
    let u = (Double((UInt64(w0) << 21) ^ (UInt64(w1) >> 11)) + 1) * 0x1p-53
    let v = Double((UInt64(w2) << 21) ^ (UInt64(w3) >> 11)) * 0x1p-53
    return (-2 * log(u)).squareRoot() * cos(2 * .pi * v)
  }

  /// The numbers `0..<count` in random order; `turn` (an epoch, say) chooses which.
  ///
  /// - Source: Durstenfeld, "Algorithm 235", CACM 7 (1964), 420. Indices are drawn by multiplication,
  ///   whose bias is below count · 2⁻⁶⁴.
  public func permutation(of count: Int, turn: UInt32) -> [UInt32] {
    precondition(count <= UInt32.max, "permutation of \(count) elements: at most 2³² − 1")
    var order = Array(0..<UInt32(count))
    for last in stride(from: count - 1, to: 0, by: -1) {
      let (high, low, _, _) = words(UInt32(last), turn)
      let random = UInt64(high) << 32 | UInt64(low)
      order.swapAt(last, Int(random.multipliedFullWidth(by: UInt64(last + 1)).high))
    }
    return order
  }
}
