import HDF5
import Testing

import Importing

@Suite struct BinarizedMNISTTests {
  private let line = (0..<784).map { $0 % 3 == 0 ? "1" : "0" }.joined(separator: " ") + "\n"

  @Test func threeFilesAreThreeParts() throws {
    let scratch = try Scratch()
    for (part, count) in [("train", 3), ("valid", 1), ("test", 2)] {
      try scratch.write(
        Array(String(repeating: line, count: count).utf8), to: "binarized_mnist_\(part).amat")
    }
    _ = try Importing(scratch.path("")).write(to: scratch.path("a.h5"))
    let file = try HDF5File(reading: scratch.path("a.h5"))
    #expect(try file.info("train/images").shape == [3, 28, 28])
    #expect(try file.info("valid/images").shape == [1, 28, 28])
    #expect(
      try file.read("test/images", as: UInt8.self)
        == (0..<1568).map { $0 % 784 % 3 == 0 ? 1 : 0 })
    #expect(try file.attribute("scale", of: "test/images") == .real(1))
  }

  @Test func otherLinesAreRefused() throws {
    let scratch = try Scratch()
    for part in ["train", "valid"] {
      try scratch.write(Array(line.utf8), to: "binarized_mnist_\(part).amat")
    }
    for text in [line.dropLast(3) + "\n", "0 " + line, line + "1", line.dropLast(2) + "2\n"] {
      try scratch.write(Array(text.utf8), to: "binarized_mnist_test.amat")
      #expect(throws: ImportError.self) {
        _ = try Importing(scratch.path("")).write(to: scratch.path("a.h5"))
      }
    }
  }
}
