internal import Crypto
package import Training

/// SHA-256 of `bytes`, as 64 lower-case hexadecimal digits.
package func hexadecimalSHA256(of bytes: [UInt8]) -> String {
  hexadecimal(SHA256.hash(data: bytes))
}

/// SHA-256 of everything that a checkpoint holds, whatever the file's layout.
///
/// The attribute `contentSHA256` keeps it, so that a file whose manifest is lost proves itself: a
/// chunk of zeros passes Fletcher-32, and long strings have no checksum. Hashed are, in this order:
///
/// 1. step and epoch, each as 8 bytes; whether it is the best, as one byte, 0 or 1;
/// 2. `configuration`, `state` and `environment`: each its count of UTF-8 bytes, and these;
/// 3. the count of the parameters, and each: its name as in 2, the count of its extents, the
///    extents, the values as float32;
/// 4. the count of the states, and each: its name as in 2, its arrays as in 3.
///
/// Counts and extents are 8 bytes; all numbers are little-endian.
func contentDigest(of stored: StoredCheckpoint) -> String {
  var hasher = SHA256()
  hasher.add(stored.label.step)
  hasher.add(stored.label.epoch)
  hasher.update(data: [stored.label.isBest ? 1 : 0])
  for text in [stored.configuration, stored.state, stored.environment] { hasher.add(text) }
  hasher.add(stored.parameters, stored.states)
  return hexadecimal(hasher.finalize())
}

/// SHA-256 of a snapshot's parameters, statistics and states alone: 3 and 4 of `contentDigest`.
package func arrayDigest(of snapshot: TrainingSnapshot) -> String {
  var hasher = SHA256()
  hasher.add(snapshot.parameters, snapshot.states)
  return hexadecimal(hasher.finalize())
}

extension SHA256 {
  fileprivate mutating func add(_ number: Int) {
    let bits = UInt64(truncatingIfNeeded: number)
    update(data: (0..<8).map { UInt8(truncatingIfNeeded: bits >> ($0 * 8)) })
  }

  fileprivate mutating func add(_ text: String) {
    let bytes = Array(text.utf8)
    add(bytes.count)
    update(data: bytes)
  }

  fileprivate mutating func add(_ parameters: [NamedArray], _ states: [StateArrays]) {
    add(parameters)
    add(states.count)
    for state in states {
      add(state.name)
      add(state.arrays)
    }
  }

  private mutating func add(_ arrays: [NamedArray]) {
    add(arrays.count)
    for array in arrays {
      add(array.name)
      add(array.shape.count)
      for extent in array.shape { add(extent) }
      unsafe array.values.withUnsafeBytes { unsafe update(bufferPointer: $0) }
    }
  }
}

private func hexadecimal(_ digest: SHA256Digest) -> String {
  let digits = Array("0123456789abcdef")
  return String(digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
}
