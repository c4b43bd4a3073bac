import Datasets
import Examples
import Foundation
import HDF5
import Testing

/// The same examples and labels in the forms of other programs.
@Suite struct OtherFormsTests {
  /// `make.py` beside it says what is in it.
  private static let file = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/foreign/others.h5").path

  private static let numbers = (0..<12).map { Float($0) }

  private func open(_ name: String, as kind: FieldKind = .data) throws -> any StoredExamples {
    try DatasetReader.open(file: Self.file, dataset: name, as: kind)
  }

  @Test(arguments: ["u8", "matlab/X", "matlab/sparse", "columns", "10x"])
  func examplesAreTheSame(name: String) throws {
    let examples = try open(name)
    #expect(examples.exampleCount == 4 && examples.exampleShape == [3])
    #expect(examples.rows([0, 1, 2, 3]) == Self.numbers)
    #expect((examples.sparse != nil) == !["u8", "matlab/X"].contains(name))
  }

  @Test func picturesOfMATLABHaveTheirAxesTurned() throws {
    let examples = try open("matlab/images")
    #expect(examples.exampleCount == 2 && examples.exampleShape == [1, 2, 3])
    #expect(examples.rows([0, 1]) == Self.numbers)
  }

  @Test(arguments: ["matlab/y", "matlab/row", "obs/older", "enumeration"])
  func labelsAreTheSame(name: String) throws {
    let labels = try #require(try open(name, as: .any) as? ClassExamples)
    let names = labels.indices.map { labels.names[Int($0)] }
    #expect(names == (name.hasPrefix("matlab") ? ["1", "0", "1", "2"] : ["b", "a", "b", "c"]))
  }

  @Test func numbersOfMATLABAreLists() throws {
    for name in ["matlab/y", "matlab/row"] {
      let numbers = try open(name, as: .numbers)
      #expect(numbers.exampleCount == 4 && numbers.exampleShape == [1])
      #expect(numbers.rows([0, 1, 2, 3]) == [1, 0, 1, 2])
    }
  }

  /// In the order of their numbers; one that no example has is a class all the same.
  @Test func namesOfAnEnumerationAreClasses() throws {
    #expect(try open("enumeration", as: .classes).classes == ["a", "b", "c", "d"])
    #expect(try open("enumeration", as: .numbers).rows([0, 1, 2, 3]) == [7, -3, 7, 200])
    let error = #expect(throws: DatasetError.self) { _ = try open("stranger", as: .any) }
    #expect(error?.found == "0 in row 2")
  }

  @Test func columnsThatLackNothingAreTheirValues() throws {
    let labels = try #require(try open("obs/whole", as: .any) as? ClassExamples)
    #expect(labels.names == ["5", "8", "9"] && labels.indices == [1, 0, 1, 2])
    #expect(try open("obs/whole", as: .numbers).rows([0, 3]) == [8, 9])
    let error = #expect(throws: DatasetError.self) { _ = try open("obs/holes", as: .any) }
    #expect(error?.object == "obs/holes" && error?.found == "none in row 2")
  }

  @Test func whatCannotBeReadSaysWhatToDo() {
    let large = #expect(throws: HDF5Error.self) { _ = try open("large") }
    #expect(large?.code == .wrongType && large?.found == "9223372036854775808 in row 2")
    let packed = #expect(throws: HDF5Error.self) { _ = try open("lzf") }
    #expect(packed?.found == "compression by LZF, filter 32000, which is not installed")
    #expect(packed?.remedy.contains("open the file with h5py") == true)
  }
}
