extension Picture {
  /// What names of pictures end in.
  static let suffixes: Set<String> = [
    "png", "jpg", "jpeg", "jpe", "tif", "tiff", "pgm", "ppm", "pbm", "pnm",
  ]

  /// The most bytes of a file: 256 MiB.
  private static let largestFile = 1 << 28

  /// Decodes a file by its first bytes, whatever its name; turned as its EXIF data say.
  ///
  /// - Throws: `ImportError` where it is damaged, in no known format, or too large.
  package init(reading path: String) throws(ImportError) {
    let bytes = try ByteStream(path).all(limit: Self.largestFile)
    do throws(PictureProblem) {
      if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) {
        self = try .png(bytes)
      } else if bytes.starts(with: [0xFF, 0xD8]) {
        self = try .jpeg(bytes)
      } else if [[0x49, 0x49], [0x4D, 0x4D]].contains(where: { bytes.starts(with: $0) }) {
        self = try .tiff(bytes)
      } else if bytes.first == UInt8(ascii: "P") {
        self = try .netpbm(bytes)
      } else {
        throw .malformed("other first bytes")
      }
    } catch {
      throw error.told(of: path)
    }
  }

  /// Checks extents before anything is decoded.
  ///
  /// - Returns: Pixels.
  static func pixelCount(_ width: Int, _ height: Int) throws(PictureProblem) -> Int {
    guard width > 0, height > 0 else { throw .malformed("\(width) × \(height) pixels") }
    let (count, overflow) = width.multipliedReportingOverflow(by: height)
    guard !overflow, count <= largestPixelCount else { throw .tooLarge(width, height) }
    return count
  }
}

/// Why a picture is not decoded.
package enum PictureProblem: Error {
  case malformed(String)
  case tooLarge(Int, Int)

  func told(of path: String) -> ImportError {
    switch self {
    case .malformed(let found):
      ImportError(
        code: .malformed, file: path, expected: "a PNG, JPEG, TIFF, PGM, PPM or PBM picture",
        found: found, remedy: "Mend or remove it, or leave out such files with --skip-bad.")
    case .tooLarge(let width, let height):
      ImportError(
        code: .tooLarge, file: path, expected: "at most 2^26 pixels",
        found: "\(width) × \(height)",
        remedy: "Make it smaller, or leave out such files with --skip-bad.")
    }
  }
}
