/// Files of a tar archive that are read whole into memory, such as the few of a published data set.
enum TarArchive {
  /// The most bytes of a file: 256 MiB.
  private static let largestFile = 1 << 28

  /// Reads those files whose names, without folders, are wanted; others are passed over, and nothing is written.
  ///
  /// - Throws: `ImportError.malformed`, and `.tooLarge` for a wanted file of more than 256 MiB.
  static func files(
    in stream: ByteStream, wanted: Set<String>, _ progress: ImportProgress
  ) throws -> [String: [UInt8]] {
    var found: [String: [UInt8]] = [:]
    while case let header = try stream.some(512), !header.isEmpty {
      let rest = header.count < 512 ? try stream.read(512 - header.count) : []
      guard let member = try Member(header + rest, stream) else { break }
      if member.isFile, wanted.contains(member.name) {
        guard member.size <= largestFile else {
          throw ImportError(
            code: .tooLarge, file: stream.path, object: member.name,
            expected: "at most 256 MiB", found: "\(member.size) bytes",
            remedy: "Unpack the archive, and name its folder.")
        }
        found[member.name] = try stream.read(member.size)
        try skip((512 - member.size % 512) % 512, of: stream)
      } else {
        try skip((member.size + 511) / 512 * 512, of: stream)
      }
      try progress.reached(stream.fractionRead / 2)
    }
    return found
  }

  private static func skip(_ count: Int, of stream: ByteStream) throws(ImportError) {
    var left = count
    while left > 0 { left -= try stream.read(min(left, 1 << 20)).count }
  }

  private struct Member {
    let name: String
    let size: Int
    let isFile: Bool

    /// Nil for the block of zeros that ends an archive.
    init?(_ header: [UInt8], _ stream: ByteStream) throws(ImportError) {
      if header.allSatisfy({ $0 == 0 }) { return nil }
      // The sum of all bytes, those of its own field as spaces.
      let sum = header.enumerated().reduce(0) { sum, byte in
        sum + ((148..<156).contains(byte.offset) ? 32 : Int(byte.element))
      }
      guard Self.octal(header[148..<156]) == sum, let size = Self.octal(header[124..<136]) else {
        throw stream.malformed("a tar archive", "a header whose checksum is wrong")
      }
      self.size = size
      isFile = header[156] == 0 || header[156] == UInt8(ascii: "0")
      let path = String(decoding: header[..<100].prefix { $0 != 0 }, as: UTF8.self)
      name = path.split(separator: "/").last.map(String.init) ?? ""
    }

    private static func octal(_ field: ArraySlice<UInt8>) -> Int? {
      let digits = field.drop { $0 == 32 }.prefix { (48..<56).contains($0) }
      return digits.isEmpty || digits.count > 12
        ? nil : digits.reduce(0) { $0 << 3 | Int($1 - 48) }
    }
  }
}
