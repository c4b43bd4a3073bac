import Foundation
import TestScale
import Testing

import Importing

/// Files with bytes changed at random: errors are as good as success, and nothing but the output is written.
@Suite struct BinaryFuzzTests {
  private static let seeds:
    [(name: String, format: String, bytes: @Sendable () throws -> [UInt8])] = [
      ("a.png", "images", { try png(picture(3)) }), ("a.png", "images", { try png(picture(1)) }),
      ("a.jpg", "images", { try jpeg(picture(3)) }), ("a.tif", "images", { tiff }),
      ("a.pgm", "images", { Array("P2\n3 2 # size\n255\n1 2 3 4 5 6\n".utf8) }),
      ("a.ppm", "images", { Array("P6 2 2 255\n".utf8) + (0..<12).map { UInt8($0) } }),
      ("a.wav", "wav", { wav(1, 16, (0..<64).map { UInt8($0) }, channels: 2, isExtensible: true) }),
      ("a.wav", "wav", { wav(3, 32, (0..<64).map { UInt8($0) }) }),
      (
        "a.mat", "mat",
        {
          let sparse =
            piece(5, words([1, 2, 0, 2])) + piece(5, words([0, 2, 4])) + piece(2, [3, 4, 5, 6])
          return mat([
            matrix("X", kind: 6, [3, 2], piece(2, [1, 2, 3, 4, 5, 6])),
            matrix("y", kind: 9, [1, 3], piece(2, [9, 7, 8])),
            matrix("s", kind: 5, [3, 2], sparse),
          ])
        }
      ),
      (
        "a.mat", "mat",
        {
          let cell = matrix("", kind: 9, [2, 2], piece(2, [1, 2, 3, 4]))
          return mat([matrix("traindata", kind: 1, [1, 2], cell + cell)])
        }
      ),
      (
        "a.mat", "mat",
        { mat([compressed(matrix("X", kind: 12, [2, 2], piece(3, [1, 0, 2, 0, 3, 0, 4, 0])))]) }
      ),
      (
        "a.mat", "mat", { words([0, 1, 2, 0, 2]) + [0x58, 0] + [UInt8](repeating: 64, count: 16) }
      ),
      ("a.idx", "idx", { [0, 0, 0x0D, 2, 0, 0, 0, 2, 0, 0, 0, 3] + (0..<24).map { UInt8($0) } }),
      (
        "cifar.tar", "cifar",
        {
          let record = [UInt8](repeating: 1, count: 3073)
          return tar(
            (1...5).map { ("data_batch_\($0).bin", record) }
              + [("test_batch.bin", record), ("batches.meta.txt", Array("a\nb\n".utf8))])
        }
      ),
    ]

  @Test(arguments: seeds.indices)
  func mutantsAreReadOrRefused(seed: Int) throws {
    let (name, format, make) = Self.seeds[seed]
    try ImportFuzz.run(
      TestScale.count(150, torture: 10_000), name: name, in: format == "images" ? "set" : nil,
      format: format, seeds: [try make()],
      words: ["\0\0\0", "\u{7F}\u{7F}\u{7F}\u{7F}", "\u{1}", "9999999999"],
      options: [[]] + (Self.options[format] ?? []))
  }

  private static let options = [
    "images": [["size=3"], ["grey=true", "size=[30,2]", "crop=none"]],
    "wav": [["length=3"], ["length=2", "stride=5", "channels=mean"]],
    "mat": [["examples=last"]],
  ]

  private static func picture(_ channels: Int) -> Picture {
    Picture(
      width: 20, height: 9, channels: channels,
      pixels: (0..<180 * channels).map { UInt8(truncatingIfNeeded: $0 * $0) })
  }

  /// 4 × 2 grey pixels in one strip.
  private static var tiff: [UInt8] {
    func entry(_ tag: Int, _ kind: Int, _ value: Int) -> [UInt8] {
      words([tag | kind << 16, 1, value])
    }
    let entries = [
      entry(256, 4, 4), entry(257, 4, 2), entry(258, 3, 8), entry(259, 3, 1), entry(262, 3, 1),
      entry(273, 4, 8), entry(277, 3, 1), entry(278, 4, 2), entry(279, 4, 8),
    ]
    return [0x49, 0x49, 42, 0] + words([16]) + [1, 2, 3, 4, 5, 6, 7, 8] + [UInt8(entries.count), 0]
      + entries.flatMap { $0 } + words([0])
  }
}
