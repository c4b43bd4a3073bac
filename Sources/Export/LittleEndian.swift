extension [UInt8] {
  /// These numbers as float32, little-endian whatever the machine.
  package init(littleEndian values: [Float]) {
    self.init()
    reserveCapacity(4 * values.count)
    for value in values { appendLittleEndian(value.bitPattern) }
  }

  /// These numbers as 64-bit integers, little-endian whatever the machine.
  init(littleEndian values: [Int]) {
    self.init()
    for value in values { appendLittleEndian(UInt64(bitPattern: Int64(value))) }
  }

  /// Appends an integer, its lowest byte first.
  mutating func appendLittleEndian(_ value: some UnsignedInteger & FixedWidthInteger) {
    for shift in stride(from: 0, to: value.bitWidth, by: 8) {
      append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }
}
