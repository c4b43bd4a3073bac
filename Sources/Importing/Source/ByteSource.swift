/// Bytes that are read from the first to the last: a file, or a part of one.
protocol ByteSource: AnyObject {
  /// Between 1 and `count` bytes; none at the end.
  ///
  /// - Throws: `ImportError.malformed` for what is damaged.
  func some(_ count: Int) throws(ImportError) -> [UInt8]
  /// An error about the content.
  func malformed(_ expected: String, _ found: String) -> ImportError
  /// Which share of the file has been read: 0...1.
  var fractionRead: Double { get }
}

extension ByteSource {
  /// Exactly `count` bytes, read by the MiB: what a header says costs no memory that the file does not fill.
  ///
  /// - Throws: `ImportError.malformed` where the bytes end before.
  func read(_ count: Int) throws(ImportError) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count {
      let block = try some(min(count - bytes.count, 1 << 20))
      guard !block.isEmpty else {
        throw malformed("\(count) bytes", "the end of the file after \(bytes.count)")
      }
      if bytes.isEmpty, block.count == count { return block }
      bytes += block
    }
    return bytes
  }
}

extension ByteStream: ByteSource {}
