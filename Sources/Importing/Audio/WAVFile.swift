/// A WAV file of uncompressed sound, read from its beginning to its end.
final class WAVFile {
  /// Frames in a second.
  let sampleRate: Int
  /// Samples of a frame.
  let channels: Int
  /// Frames that the file says it has; nil where a program that wrote into a pipe could not know.
  let frameCount: Int?
  private let stream: ByteStream
  private let coding: Coding
  private var bytesLeft: Int

  private enum Coding {
    /// Integers of so many bytes; those of one byte are unsigned.
    case integer(Int)
    case float32, float64

    var size: Int {
      switch self {
      case .integer(let size): size
      case .float32: 4
      case .float64: 8
      }
    }
  }

  /// Reads all that stands before the sound.
  ///
  /// - Throws: `ImportError.malformed`, or `.unsupported` for compressed sound.
  init(reading path: String) throws(ImportError) {
    stream = try ByteStream(path)
    let start = try stream.read(12)
    guard start[..<4].elementsEqual("RIFF".utf8), start[8...].elementsEqual("WAVE".utf8) else {
      throw stream.malformed("a WAV file: 'RIFF', its size, 'WAVE'", "other first bytes")
    }
    var format: (coding: Coding, channels: Int, rate: Int)?
    while true {
      let header = try stream.read(8)
      let size = Int(header.integers(UInt32.self)[1])
      if header[..<4].elementsEqual("data".utf8) {
        guard let format else { throw stream.malformed("'fmt ' before 'data'", "none") }
        (coding, channels, sampleRate) = (format.coding, format.channels, format.rate)
        let isEndless = size == 0xFFFF_FFFF
        let frameSize = coding.size * channels
        bytesLeft = isEndless ? .max / frameSize * frameSize : size / frameSize * frameSize
        frameCount = isEndless ? nil : size / frameSize
        return
      }
      if header[..<4].elementsEqual("fmt ".utf8) {
        guard (16...1024).contains(size) else {
          throw stream.malformed("a 'fmt ' of 16 to 1024 bytes", "\(size)")
        }
        format = try Self.format(try stream.read(size + size % 2), stream)
      } else {
        // Chunks of odd size have a byte more.
        var left = size + size % 2
        while left > 0 { left -= try stream.read(min(left, 1 << 20)).count }
      }
    }
  }

  private static func format(
    _ bytes: [UInt8], _ stream: ByteStream
  ) throws(ImportError) -> (Coding, Int, Int) {
    let words = bytes.integers(UInt16.self)
    let rate = Int(bytes.integers(UInt32.self)[1])
    let (channels, bits) = (Int(words[1]), Int(words[7]))
    // WAVE_FORMAT_EXTENSIBLE has the code of what it is first in its GUID.
    let code = words[0] == 0xFFFE && words.count > 12 ? words[12] : words[0]
    guard (1...64).contains(channels), rate > 0 else {
      throw stream.malformed("1 to 64 channels and a rate", "\(channels) channels at \(rate) Hz")
    }
    switch (code, bits) {
    case (1, 8), (1, 16), (1, 24), (1, 32): return (.integer(bits / 8), channels, rate)
    case (3, 32): return (.float32, channels, rate)
    case (3, 64): return (.float64, channels, rate)
    default:
      throw ImportError(
        code: .unsupported, file: stream.path,
        expected: "PCM of 8, 16, 24 or 32 bits, or floats of 32 or 64",
        found: "format \(code) of \(bits) bits",
        remedy: "Convert it: ffmpeg -i FILE -c:a pcm_s16le OUT.wav")
    }
  }

  /// The next samples, frame by frame, −1...1; fewer only at the end.
  ///
  /// - Throws: `ImportError.malformed` where the file ends before it says it does.
  func read(frames count: Int) throws(ImportError) -> [Float] {
    let frameSize = coding.size * channels
    let wanted = min(count * frameSize, bytesLeft)
    if wanted == 0 { return [] }
    let bytes: [UInt8]
    if frameCount != nil {
      bytes = try stream.read(wanted)
    } else {
      bytes = try untilEnd(wanted, frameSize)
    }
    bytesLeft -= bytes.count
    return samples(bytes)
  }

  /// Whole frames, as many as there are.
  private func untilEnd(_ wanted: Int, _ frameSize: Int) throws(ImportError) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < wanted {
      let block = try stream.some(min(wanted - bytes.count, 1 << 20))
      if block.isEmpty {
        bytes.removeLast(bytes.count % frameSize)
        bytesLeft = bytes.count
        break
      }
      bytes += block
    }
    return bytes
  }

  private func samples(_ bytes: [UInt8]) -> [Float] {
    switch coding {
    case .integer(1): bytes.map { (Float($0) - 128) / 128 }
    case .integer(2): bytes.integers(UInt16.self).map { Float(Int16(bitPattern: $0)) / 0x8000 }
    case .integer(3):
      (0..<bytes.count / 3).map { i in
        let word =
          UInt32(bytes[3 * i]) << 8 | UInt32(bytes[3 * i + 1]) << 16
          | UInt32(bytes[3 * i + 2]) << 24
        return Float(Int32(bitPattern: word) >> 8) / 0x80_0000
      }
    case .integer:
      bytes.integers(UInt32.self).map { Float(Double(Int32(bitPattern: $0)) / 0x8000_0000) }
    case .float32: bytes.integers(UInt32.self).map { Float(bitPattern: $0) }
    case .float64: bytes.integers(UInt64.self).map { Float(Double(bitPattern: $0)) }
    }
  }
}
