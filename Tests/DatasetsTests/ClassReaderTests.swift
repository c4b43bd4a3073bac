import Datasets
import Examples
import Foundation
import HDF5
import Testing

/// Labels as h5py and AnnData write them.
@Suite struct ClassReaderTests {
  private let scratch: ScratchFolder
  /// `make.py` beside it says what is in it.
  private static let file = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/foreign/labels.h5").path

  init() throws { scratch = try ScratchFolder() }

  private func labels(_ name: String, as kind: FieldKind = .any) throws -> ClassExamples? {
    try DatasetReader.open(file: Self.file, dataset: name, as: kind) as? ClassExamples
  }

  private func problem(_ name: String, as kind: FieldKind = .any) -> DatasetError? {
    #expect(throws: DatasetError.self) {
      _ = try DatasetReader.open(file: Self.file, dataset: name, as: kind)
    }
  }

  /// Values need not be 0, 1, 2, …; their order is that of numbers.
  @Test(arguments: ["u1", "i2", "i4", "i8", "u8", "packed"], [FieldKind.any, .classes])
  func integersAreClasses(name: String, kind: FieldKind) throws {
    let labels = try #require(try labels(name, as: kind))
    #expect(labels.names == ["3", "7", "40"] && labels.indices == [1, 0, 1, 2, 0, 1])
  }

  @Test(arguments: ["fixed", "variable", "column"])
  func textsAreClasses(name: String) throws {
    let labels = try #require(try labels(name))
    #expect(labels.names == ["a", "b", "c"] && labels.indices == [1, 0, 1, 2, 0, 1])
    #expect(labels.rows([3, 0]) == [0, 0, 1, 0, 1, 0])
  }

  @Test func categoriesAreClasses() throws {
    let labels = try #require(try labels("obs/kind"))
    #expect(labels.names == ["a", "b", "c"] && labels.indices == [1, 0, 1, 2, 0, 1])
    let error = problem("obs/unknown")
    #expect(error?.object == "obs/unknown/codes" && error?.found == "-1 in row 2")
    #expect(error?.remedy.contains("without a class") == true)
    #expect(problem("obs/kind", as: .data)?.expected == "numbers")
  }

  /// A class that no example has is one all the same.
  @Test func namesMayStandBesideIntegers() throws {
    let named = try #require(try labels("named"))
    #expect(named.names == ["a", "b", "c", "d"] && named.indices == [1, 0, 1, 2, 0, 1])
    #expect(try #require(try labels("bool")).names == ["0", "1"])
  }

  @Test func numbersStayNumbers() throws {
    for (name, kind) in [("f4", FieldKind.any), ("u1", .numbers), ("i8", .numbers)] {
      let numbers = try DatasetReader.open(file: Self.file, dataset: name, as: kind)
      #expect(numbers.classes == nil && numbers.exampleShape == [1])
      // Bytes above 1 are no grey levels here.
      #expect(numbers.rows([3, 0]) == [40, 7])
    }
  }

  @Test func whatIsNoClassIsTold() throws {
    #expect(problem("f4", as: .classes)?.code == .wrongType)
    #expect(problem("f4", as: .classes)?.found == "float32 of shape [6]")
    #expect(problem("fixed", as: .numbers)?.found == "string")
    #expect(problem("u1", as: .data)?.code == .wrongShape)
  }

  @Test func thereIsAMostOfClasses() throws {
    let file = try HDF5File.create(at: scratch.path("a.h5"))
    let values = (0..<70_001).map { Int32($0 % 65_537) }
    try file.write("many", shape: [values.count], values: values.span)
    let few = (0..<70_001).map { Int32($0 * 7919 % 65_521) }
    try file.write("few", shape: [few.count, 1], values: few.span)
    try file.write("pairs", shape: [2, 2], values: ([0, 1, 2, 3] as [Int32]).span)
    try file.close()
    func open(_ name: String) throws -> ClassExamples? {
      try DatasetReader.open(file: scratch.path("a.h5"), dataset: name, as: .classes)
        as? ClassExamples
    }
    let error = #expect(throws: DatasetError.self) { _ = try open("many") }
    #expect(error?.expected == "at most 65536 classes")
    let labels = try #require(try open("few"))
    #expect(labels.names.count == 65_521 && labels.indices == few)
    #expect(throws: DatasetError.self) { _ = try open("pairs") }
  }
}
