/// Numbers out of the bytes of a file.
extension [UInt8] {
  /// Unsigned integers, one behind another; bytes that are left over at the end are no number.
  func integers<T: FixedWidthInteger & UnsignedInteger>(
    _ type: T.Type, isBigEndian: Bool = false
  ) -> [T] {
    let size = MemoryLayout<T>.size
    return unsafe [T](unsafeUninitializedCapacity: count / size) { values, initialized in
      for i in 0..<count / size {
        var value: T = 0
        for byte in 0..<size {
          let place = isBigEndian ? size - 1 - byte : byte
          value |= T(truncatingIfNeeded: self[i * size + byte]) << T(truncatingIfNeeded: 8 * place)
        }
        unsafe values.initializeElement(at: i, to: value)
      }
      initialized = count / size
    }
  }
}
