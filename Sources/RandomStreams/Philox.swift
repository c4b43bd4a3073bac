/// Philox4x32-10: a function from a counter and a key to four random words, without state.
///
/// - Source: Salmon, Moraes, Dror & Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011,
///   section 3.3.
public func philox(
  counter: (UInt32, UInt32, UInt32, UInt32), key: UInt64
) -> (UInt32, UInt32, UInt32, UInt32) {
  var (c0, c1, c2, c3) = counter
  var (k0, k1) = (UInt32(truncatingIfNeeded: key), UInt32(truncatingIfNeeded: key >> 32))
  for _ in 0..<10 {
    let a = UInt64(0xD251_1F53) * UInt64(c0)
    let b = UInt64(0xCD9E_8D57) * UInt64(c2)
    (c0, c1) = (UInt32(b >> 32) ^ c1 ^ k0, UInt32(truncatingIfNeeded: b))
    (c2, c3) = (UInt32(a >> 32) ^ c3 ^ k1, UInt32(truncatingIfNeeded: a))
    k0 &+= 0x9E37_79B9
    k1 &+= 0xBB67_AE85
  }
  return (c0, c1, c2, c3)
}
