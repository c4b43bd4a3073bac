import Foundation
import HDF5
import Testing

import Importing

@Suite struct ImageImporterTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func plain(_ value: UInt8, _ width: Int = 3, _ height: Int = 2, channels: Int = 1)
    -> Picture
  {
    Picture(
      width: width, height: height, channels: channels,
      pixels: [UInt8](repeating: value, count: width * height * channels))
  }

  private func convert(_ options: String..., skipsBad: Bool = false) throws -> (
    HDF5File, ImportSummary
  ) {
    let path = scratch.path("out-\(UUID()).h5")
    let summary = try Importing(scratch.path("set"), options: options)
      .write(to: path, skipsBad: skipsBad)
    return (try HDF5File(reading: path), summary)
  }

  @Test func foldersAreClassesAndNamesAreInOrder() throws {
    try scratch.write(try png(plain(1)), to: "set/dog/b.png")
    try scratch.write(try png(plain(2)), to: "set/cat/deep/z.PNG")
    try scratch.write(try png(plain(3)), to: "set/dog/a.png")
    try scratch.write(Array("words".utf8), to: "set/dog/notes.txt")
    try scratch.write(Array("words".utf8), to: "set/dog/.hidden.png")
    let (file, summary) = try convert()
    #expect(try file.readStrings("names") == ["cat/deep/z.PNG", "dog/a.png", "dog/b.png"])
    #expect(try file.read("labels", as: Int32.self) == [0, 1, 1])
    #expect(try file.attribute("classes", of: "labels") == .strings(["cat", "dog"]))
    #expect(try file.info("images").shape == [3, 2, 3])
    #expect(
      try file.read("images", as: UInt8.self)
        == [2, 3, 1].flatMap { [UInt8](repeating: $0, count: 6) })
    #expect(try file.attribute("scale", of: "images") == .real(1 / 255))
    #expect(summary.notes == ["1 files that are no pictures by their names were passed over"])
  }

  @Test func foldersOfPartsArePartsOfOneListOfClasses() throws {
    for (name, value) in [
      ("train/b/1.png", 1), ("train/a/2.png", 2), ("test/b/3.png", 3), ("val/a/4.png", 4),
    ] {
      try scratch.write(try png(plain(UInt8(value))), to: "set/" + name)
    }
    let (file, _) = try convert()
    #expect(try file.read("train/labels", as: Int32.self) == [0, 1])
    #expect(try file.read("test/labels", as: Int32.self) == [1], "b, though no a is there")
    #expect(try file.readStrings("valid/names") == ["a/4.png"])
    #expect(try file.read("train/images", as: UInt8.self).first == 2)
  }

  @Test func coloursDecideForAll() throws {
    try scratch.write(try png(plain(7, channels: 3)), to: "set/1.png")
    try scratch.write(try png(plain(9)), to: "set/2.png")
    #expect(try convert().0.info("images").shape == [2, 2, 3, 3])
    #expect(try convert("grey=true").0.info("images").shape == [2, 2, 3])
    try scratch.write(try png(plain(9)), to: "set/0.png")
    var odd = plain(7, channels: 3)
    odd.pixels[0] = 200
    try scratch.write(try png(odd), to: "set/1.png")
    do {
      _ = try convert()
      Issue.record("no error")
    } catch let error as ImportError {
      #expect(error.file.hasSuffix("1.png") && error.remedy.contains("rgb=true"))
    }
    #expect(try convert("rgb=true").0.info("images").shape == [3, 2, 3, 3])
  }

  @Test func otherSizesNeedASize() throws {
    try scratch.write(try png(plain(1)), to: "set/1.png")
    try scratch.write(try jpeg(plain(2, 8, 4)), to: "set/2.jpg")
    do {
      _ = try convert()
      Issue.record("no error")
    } catch let error as ImportError {
      #expect(error.file.hasSuffix("2.jpg") && error.remedy.contains("size=64"), "\(error)")
    }
    #expect(try convert("size=4").0.info("images").shape == [2, 4, 4])
    #expect(try convert("size=[5,7]", "crop=none").0.info("images").shape == [2, 5, 7])
    #expect(throws: (any Error).self) { _ = try convert("size=[5,7,3]") }
    #expect(throws: (any Error).self) { _ = try convert("size=0") }
  }

  @Test func badFilesAreListedAndSkippedOnDemand() throws {
    try scratch.write(Array("no picture".utf8), to: "set/0.png")
    try scratch.write(try png(plain(1)), to: "set/1.png")
    try scratch.write(Array((try png(plain(2))).prefix(50)), to: "set/2.png")
    try scratch.write(try png(plain(3)), to: "set/3.png")
    #expect(throws: ImportError.self) { _ = try convert() }
    #expect(scratch.names == ["set"])
    let (file, summary) = try convert(skipsBad: true)
    #expect(try file.readStrings("names") == ["1.png", "3.png"])
    #expect(summary.skipped.map { $0.file.suffix(5) } == ["0.png", "2.png"])
  }

  /// Many more than are decoded at once: what is written is what each alone would be, in order.
  @Test func theOrderIsThatOfNames() throws {
    let values = (0..<150).map { UInt8($0) }
    for value in values {
      // Sizes differ, so that some are done long before others.
      let side = value % 3 == 0 ? 300 : 2
      try scratch.write(
        try png(plain(value, side, side)), to: "set/" + String(1000 + Int(value)) + ".png")
    }
    let (file, _) = try convert("size=2")
    #expect(try file.read("images", as: UInt8.self) == values.flatMap { [$0, $0, $0, $0] })
  }
}
