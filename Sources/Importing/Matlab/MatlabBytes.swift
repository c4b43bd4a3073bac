internal import CZlib
internal import Host

/// Part of a MATLAB file, or of what it holds compressed.
struct MatlabBytes {
  let path: String
  let isBigEndian: Bool
  private let bytes: [UInt8]
  private(set) var place: Int
  let end: Int

  init(_ path: String, _ bytes: [UInt8], isBigEndian: Bool) {
    (self.path, self.bytes, self.isBigEndian) = (path, bytes, isBigEndian)
    (place, end) = (0, bytes.count)
  }

  private init(_ whole: MatlabBytes, _ range: Range<Int>) {
    (path, bytes, isBigEndian) = (whole.path, whole.bytes, whole.isBigEndian)
    (place, end) = (range.lowerBound, range.upperBound)
  }

  var isAtEnd: Bool { place >= end }

  /// The next bytes.
  mutating func take(_ count: Int) throws(ImportError) -> MatlabBytes {
    guard count >= 0, count <= end - place else {
      throw malformed("\(count) bytes", "\(end - place) before the end")
    }
    place += count
    return MatlabBytes(self, place - count..<place)
  }

  mutating func skip(_ count: Int) { place = min(end, place + count) }

  var all: [UInt8] { Array(bytes[place..<end]) }

  func integers<T: FixedWidthInteger & UnsignedInteger>(_ type: T.Type) -> [T] {
    all.integers(T.self, isBigEndian: isBigEndian)
  }

  /// A 32-bit number.
  mutating func word() throws(ImportError) -> Int {
    Int(try take(4).integers(UInt32.self)[0])
  }

  func malformed(_ expected: String, _ found: String) -> ImportError {
    ImportError(
      code: .malformed, file: path, expected: expected, found: found,
      remedy: "Write the file again, with save -v7 in MATLAB.")
  }

  /// What is compressed here by zlib.
  ///
  /// - Throws: `ImportError.malformed`, and `.tooLarge` for more than a quarter of the memory that there is.
  func inflated() throws(ImportError) -> MatlabBytes {
    let limit = min(1 << 40, availableMemory() ?? 1 << 40) / 4
    let source = all
    var stream = unsafe z_stream()
    let size = unsafe Int32(MemoryLayout<z_stream>.size)
    guard unsafe inflateInit_(&stream, ZLIB_VERSION, size) == Z_OK else {
      throw malformed("memory for unpacking", "none")
    }
    defer { unsafe _ = inflateEnd(&stream) }
    var result: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 18)
    var status = Z_OK
    unsafe source.withUnsafeBufferPointer { source in
      unsafe block.withUnsafeMutableBufferPointer { block in
        unsafe stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
        unsafe stream.avail_in = UInt32(clamping: source.count)
        while status == Z_OK, result.count <= limit {
          unsafe stream.next_out = block.baseAddress
          unsafe stream.avail_out = UInt32(block.count)
          status = unsafe inflate(&stream, Z_NO_FLUSH)
          unsafe result += block.prefix(block.count - Int(stream.avail_out))
        }
      }
    }
    guard result.count <= limit else {
      throw ImportError(
        code: .tooLarge, file: path, expected: "variables that fit in memory",
        found: "one that unpacks to more than \(limit >> 20) MiB",
        remedy: "Save it with -v7.3, which is HDF5 and is read directly.")
    }
    guard status == Z_STREAM_END else {
      throw malformed("whole compressed data", "damaged ones")
    }
    return MatlabBytes(path, result, isBigEndian: isBigEndian)
  }
}
