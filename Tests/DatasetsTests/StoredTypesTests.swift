import Datasets
import Examples
import Foundation
import HDF5
import Testing

/// Files as h5py writes them: every type of numbers becomes the same examples.
@Suite struct StoredTypesTests {
  /// `make.py` beside it says what is in it.
  private static let file = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/foreign/types.h5").path

  private static let numbers = (0..<120).map { Float($0 % 7) }

  private func values(_ dataset: String, scale: Double? = 1) throws -> [Float] {
    let examples = try DatasetReader.open(file: Self.file, dataset: dataset, scale: scale)
    #expect(examples.exampleCount == 20 && examples.exampleShape == [6])
    return examples.rows((0..<20).map { UInt32($0) })
  }

  @Test(arguments: [
    "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8", "big-i2", "big-u4", "big-f2",
    "packed-i2", "packed-i4", "packed-i8", "packed-f2",
  ])
  func numbersAreTheSame(type: String) throws {
    #expect(try values(type) == Self.numbers)
    #expect(try values(type, scale: 0.5) == Self.numbers.map { $0 / 2 })
  }

  @Test(arguments: ["bool", "packed-bool"])
  func booleansAreBytesOfZeroAndOne(name: String) throws {
    #expect(
      try values(name, scale: nil) == Self.numbers.map { $0.truncatingRemainder(dividingBy: 2) })
    #expect(try DatasetReader.open(file: Self.file, dataset: name).byteCount == 120)
  }

  @Test func onlyBytesHaveADefaultScale() throws {
    #expect(try values("u2", scale: nil) == Self.numbers)
    #expect(try values("u1", scale: nil) == Self.numbers.map { $0 * Float(1.0 / 255) })
    #expect(try values("negative") == Self.numbers.map { $0 - 3 })
  }

  @Test(arguments: [
    ("complex", "compound", "to_numpy()"), ("text", "string", "Encode"),
  ])
  func otherTypesAreNamedWithTheRemedy(dataset: String, type: String, remedy: String) throws {
    do {
      _ = try DatasetReader.open(file: Self.file, dataset: dataset)
      Issue.record("\(dataset) was taken")
    } catch let error as DatasetError {
      #expect(error.code == .wrongType && error.found == type && error.remedy.contains(remedy))
    }
  }
}
