import HDF5
import Testing

import Importing

@Suite struct CIFARTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// A record: classes, then the planes of red, green and blue.
  private func record(_ classes: [UInt8], _ red: UInt8) -> [UInt8] {
    classes + (0..<3072).map { UInt8(truncatingIfNeeded: $0 / 1024 * 80 + $0 % 1024 % 7) &+ red }
  }

  private var ten: [(String, [UInt8])] {
    (1...5).map { ("data_batch_\($0).bin", record([UInt8($0)], UInt8($0)) + record([0], 9)) }
      + [
        ("test_batch.bin", record([9], 50)),
        ("batches.meta.txt", Array("a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n".utf8)),
      ]
  }

  private func check(_ path: String) throws {
    let file = try HDF5File(reading: path)
    #expect(try file.info("train/images").shape == [10, 32, 32, 3])
    #expect(
      try file.read("train/labels", as: UInt8.self) == [1, 0, 2, 0, 3, 0, 4, 0, 5, 0])
    #expect(try file.read("test/labels", as: UInt8.self) == [9])
    #expect(
      try file.attribute("classes", of: "test/labels")
        == .strings(["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]))
    #expect(try file.attribute("scale", of: "test/images") == .real(1 / 255))
    let pixels = try file.read("test/images", as: UInt8.self)
    #expect(Array(pixels[..<6]) == [50, 130, 210, 51, 131, 211], "red, green, blue of each pixel")
  }

  @Test func aFolderOfTenClassesIsRead() throws {
    for (name, bytes) in ten { try scratch.write(bytes, to: "cifar/" + name) }
    #expect(try Importing(scratch.path("cifar")).format == "cifar")
    _ = try Importing(scratch.path("cifar")).write(to: scratch.path("a.h5"))
    try check(scratch.path("a.h5"))
  }

  @Test func anArchiveIsReadInTheOrderOfItsNumbers() throws {
    let archive = tar(ten.reversed().map { ("cifar-10-batches-bin/" + $0.0, $0.1) })
    try scratch.write(archive, to: "cifar-10-binary.tar")
    _ = try Importing(scratch.path("cifar-10-binary.tar")).write(to: scratch.path("a.h5"))
    try check(scratch.path("a.h5"))
  }

  @Test func aHundredClassesHaveTwoLabels() throws {
    try scratch.write(record([19, 99], 1) + record([0, 0], 2), to: "train.bin")
    try scratch.write(record([3, 4], 1), to: "test.bin")
    _ = try Importing(scratch.path("")).write(to: scratch.path("a.h5"))
    let file = try HDF5File(reading: scratch.path("a.h5"))
    #expect(try file.read("train/labels", as: UInt8.self) == [99, 0])
    #expect(try file.read("train/coarseLabels", as: UInt8.self) == [19, 0])
    #expect(try file.attribute("classes", of: "train/labels") == nil)
  }

  @Test func damageIsRefused() throws {
    let whole = tar([("c/test.bin", record([3, 4], 1)), ("c/train.bin", record([3, 4], 1))])
    let start = [UInt8](whole[..<512])
    var (changed, bare) = (whole, whole)
    changed[0] ^= 1  // In the name, which the checksum is over.
    bare[512] = 20  // A class beyond the last.
    let huge = tar([("c/test.bin", [])], sizes: "77777777777")
    for (name, bytes) in [
      ("changed", changed), ("class", bare), ("huge", huge), ("cut", [UInt8](whole[..<3000])),
      ("start", start), ("none", tar([("c/other.bin", [1])])),
    ] {
      try scratch.write(bytes, to: "cifar-\(name).tar")
      #expect(throws: ImportError.self, "\(name)") {
        _ = try Importing(scratch.path("cifar-\(name).tar"), format: "cifar")
          .write(to: scratch.path("a.h5"))
      }
    }
    #expect(!scratch.names.contains("a.h5"))
  }
}

/// A tar archive.
///
/// - Parameter sizes: What its headers say of sizes, in octal; nil for the truth.
func tar(_ files: [(name: String, bytes: [UInt8])], sizes: String? = nil) -> [UInt8] {
  var archive: [UInt8] = []
  for (name, bytes) in files {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, at place: Int) {
      for (i, byte) in text.utf8.enumerated() { header[place + i] = byte }
    }
    func octal(_ number: Int, _ digits: Int) -> String {
      let text = String(number, radix: 8)
      return String(repeating: "0", count: digits - text.count) + text
    }
    put(name, at: 0)
    put(sizes ?? octal(bytes.count, 11), at: 124)
    put("0ustar", at: 156)
    put("        ", at: 148)
    put(octal(header.reduce(0) { $0 + Int($1) }, 6), at: 148)
    header[154] = 0
    let padding = [UInt8](repeating: 0, count: (512 - bytes.count % 512) % 512)
    archive += header + bytes + padding
  }
  return archive + [UInt8](repeating: 0, count: 1024)
}
