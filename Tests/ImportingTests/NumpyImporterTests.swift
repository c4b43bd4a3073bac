import Foundation
import HDF5
import TestScale
import Testing

import Importing

@Suite struct NumpyImporterTests {
  /// A `.npy` file.
  private func array(
    _ type: String, _ shape: String, _ elements: [UInt8], fortran: Bool = false
  ) -> [UInt8] {
    let text =
      "{'descr': '\(type)', 'fortran_order': \(fortran ? "True" : "False"), 'shape': (\(shape)), }"
    let header = text + String(repeating: " ", count: 117 - text.utf8.count) + "\n"
    return [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(header.utf8) + elements
  }

  private func little(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  /// A zip file of stored members; extents of 64 bits stand in extra fields.
  private func zip(_ members: [(name: String, bytes: [UInt8])], is64: Bool = false) -> [UInt8] {
    var (file, list) = ([UInt8](), [UInt8]())
    for (name, bytes) in members {
      let size = is64 ? [255, 255, 255, 255] : little(bytes.count, 4)
      let extra = is64 ? [1, 0, 16, 0] + little(bytes.count, 8) + little(bytes.count, 8) : []
      let common =
        [20, 0, 0, 0, 0, 0, 0, 0, 0, 0] + little(Int(checksum(bytes)), 4) + size + size
        + little(name.utf8.count, 2) + little(extra.count, 2)
      list += [0x50, 0x4B, 1, 2, 20, 0] + common + [UInt8](repeating: 0, count: 10)
      list += little(file.count, 4) + Array(name.utf8) + extra
      file += [0x50, 0x4B, 3, 4] + common + Array(name.utf8) + extra + bytes
    }
    let start = file.count
    file += list
    if is64 {
      let record = file.count
      file += [0x50, 0x4B, 6, 6] + little(44, 8) + [UInt8](repeating: 0, count: 28)
      file += little(list.count, 8) + little(start, 8)
      file += [0x50, 0x4B, 6, 7] + little(0, 4) + little(record, 8) + little(1, 4)
    }
    let (length, place) = is64 ? (Int(UInt32.max), Int(UInt32.max)) : (list.count, start)
    return file + [0x50, 0x4B, 5, 6] + [UInt8](repeating: 0, count: 8) + little(length, 4)
      + little(place, 4) + [0, 0]
  }

  private func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~0) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum >> 1 ^ (sum & 1 == 0 ? 0 : 0xEDB8_8320) }
    }
  }

  @Test func ordersOfBytesAndAxesAreTurned() throws {
    let scratch = try Scratch()
    let values = (0..<24).flatMap { [UInt8](little($0 * 1000, 4).reversed()) }
    let file = try scratch.imported("a.npy", array(">i4", "2, 3, 4", values, fortran: true)).file
    // Element (i, j, k) lies at i + 2j + 6k.
    var expected: [Int32] = []
    for i in 0..<2 {
      for j in 0..<3 { expected += (0..<4).map { k in Int32(1000 * (i + 2 * j + 6 * k)) } }
    }
    #expect(try file.values("x", Int32.self) == expected)
    #expect(try file.info("x").shape == [2, 3, 4])
  }

  @Test func partsAndRolesAreInTheNames() throws {
    let scratch = try Scratch()
    let texts = ["b", "a"].flatMap { little(Int($0.unicodeScalars.first?.value ?? 0), 4) }
    for is64 in [false, true] {
      let (file, summary) = try scratch.imported(
        "a.npz",
        zip(
          [
            ("x_train.npy", array("|u1", "2, 3", [1, 2, 3, 4, 5, 6])),
            ("y_train.npy", array("<U1", "2,", texts)),
            ("X-test.npy", array("|u1", "1, 3", [7, 8, 9])),
            ("names.npy", array("<U1", "2,", texts)),
          ], is64: is64))
      #expect(try file.values("train/x", UInt8.self) == [1, 2, 3, 4, 5, 6])
      #expect(try file.values("train/labels", Int32.self) == [1, 0])
      #expect(try file.attribute("classes", of: "train/labels") == .strings(["a", "b"]))
      #expect(try file.values("test/x", UInt8.self) == [7, 8, 9])
      #expect(summary.notes.contains { $0.contains("'names' is left out") })
    }
  }

  @Test func namesOfMembersLeadNowhere() throws {
    let scratch = try Scratch()
    let member = array("|u1", "2, 3", [1, 2, 3, 4, 5, 6])
    let names = ["../../out.npy", "/etc/x.npy", "..npy", ".npy"]
    let file = try scratch.imported("a.npz", zip(names.map { ($0, member) })).file
    #expect(scratch.names == ["a.npz", "out.h5"])
    #expect(try file.objects().allSatisfy { !$0.path.contains("..") || $0.path.contains(".._") })
  }

  @Test func whatIsWrongIsSaid() throws {
    let scratch = try Scratch()
    let good = array("<f4", "2, 3", [UInt8](repeating: 0, count: 24))
    for (bytes, words) in [
      (array("<f4", "2, 3", []), "expected 24 bytes"),
      (array("<f4", "2, 4", [UInt8](repeating: 0, count: 24)), "expected 32 bytes"),
      (good + [0], "more bytes"),
      (array("<f4", "9999999999, 9999999999", []), "less than 2⁵⁸"),
      (array("<f4", "-1", []), "a header with descr"),
      (array("<c8", "2, 3", []), "numbers"),
      (array("|O", "2, 3", []), "pickled objects"),
      (array("<U2", "2, 3", []), "expected numbers, found text"),
      (Array(good[..<20]), "118 bytes"),
    ] {
      let refusal = scratch.refusal("a.npy", bytes)
      #expect(refusal.contains(words), "\(refusal)")
    }
    var damaged = zip([("x.npy", good)])
    damaged[180] ^= 1
    #expect(scratch.refusal("a.npz", damaged).contains("checksum"))
    #expect(
      scratch.refusal("a.npz", zip([("x.npy", good)]).dropLast(5)).contains("list of members"))
    #expect(scratch.refusal("a.npz", zip([("y.npy", good)]), ["data=z"]).contains("no 'z'"))
    #expect(scratch.names == ["a.npy", "a.npz"])
  }

  @Test func damagedFilesAreReadOrRefused() throws {
    let seeds = [
      array("<f4", "2, 3", [UInt8](repeating: 1, count: 24)),
      array(">f8", "3, 1, 2", [UInt8](repeating: 1, count: 48), fortran: true),
      array("<U2", "2,", [UInt8](repeating: 0, count: 16)),
    ]
    let count = TestScale.count(300, torture: 10_000)
    let words = ["999999999999999999", "0", "-1", "4294967295", ">", "U", "S", "f2", "(", ")", "'"]
    try ImportFuzz.run(
      count, name: "a.npy", format: "numpy", seeds: Array(seeds[..<2]), words: words)
    let archives = [false, true].map { is64 in
      zip(
        [("x_train.npy", seeds[0]), ("y_train.npy", seeds[2]), ("x_test.npy", seeds[1])], is64: is64
      )
    }
    try ImportFuzz.run(
      count, name: "a.npz", format: "numpy", seeds: archives, words: words + ["PK\u{1}\u{2}", "\0"])
  }
}
