import Examples
import Glibc
import Testing

@Suite struct ExampleSourceTests {
  private static let source = ExampleSource([
    ("x", DenseExamples((0..<12).map { Float($0) }, shape: [3])),
    ("label", ClassExamples([2, 0, 1, 2], names: ["a", "b", "c"])),
  ])

  @Test func fieldsTellWhatGraphsSee() {
    #expect(
      Self.source.fields == [
        Field(name: "x", shape: [3]), Field(name: "label", shape: [3], classes: ["a", "b", "c"]),
      ])
    #expect(Self.source.exampleCount == 4 && Self.source.sparsity.isEmpty)
  }

  @Test func classesAreAOneAmongZeros() throws {
    let set = ExampleSet(Self.source, positions: [3, 1, 1])
    #expect(try set.values(of: "label") == [0, 0, 1, 1, 0, 0, 1, 0, 0])
    #expect(try set.values() == [9, 10, 11, 3, 4, 5, 3, 4, 5])
  }

  @Test func classesMayBeNamedInAnotherOrder() throws {
    let labels = ClassExamples([2, 0, 2], names: ["a", "b", "c"])
    #expect(labels.renamed(to: ["c", "d", "a", "b"])?.indices == [0, 2, 0])
    // A class that no example has need not be there.
    #expect(labels.renamed(to: ["c", "a"])?.indices == [0, 1, 0])
    #expect(labels.renamed(to: ["a", "b"]) == nil)
  }

  @Test func fieldsAreChosenByName() throws {
    let turned = try Self.source.selecting(["label", "x"])
    #expect(turned.fieldNames == ["label", "x"] && turned["x"] === Self.source["x"])
    #expect(try Self.source.selecting(["x", "label"]) === Self.source)
    #expect(try Self.source.selecting([]).exampleCount == 4)
    let error = #expect(throws: MissingField.self) { try Self.source.selecting(["x", "mask"]) }
    #expect(
      error?.description
        == "examples: expected the field mask, which the model reads, found x, label. Name its dataset at "
        + "data.fields.mask.")
  }

  @Test func furtherFieldsStandBehind() {
    let more = ExampleSource([("mask", DenseExamples([1, 2, 3, 4], shape: [1]))])
    #expect(Self.source.adding(more).fieldNames == ["x", "label", "mask"])
  }

  /// A field whose rows are being read, until a time that never comes.
  private final class Unread: FieldSource {
    struct Asked: Error {}
    let (exampleCount, exampleShape) = (4, [1])
    func load(_ positions: Span<UInt32>) throws { throw Asked() }
    func finishReading() throws { throw Asked() }
    func gather(_ positions: UnsafeBufferPointer<UInt32>, into target: UnsafeMutablePointer<Float>)
    {}
  }

  /// Every field is waited for, not the data alone.
  @Test func whatIsWrongWithAnyFieldIsThrown() {
    let source = Self.source.adding(ExampleSource([("mask", Unread())]))
    let positions: [UInt32] = [0, 1]
    #expect(throws: Unread.Asked.self) { try source.load(positions.span) }
    #expect(throws: Unread.Asked.self) { try source.finishReading() }
  }

  @Test func copiesHaveTheirFields() throws {
    let copy = try ExampleSet(Self.source, positions: [2, 0]).copied()
    #expect(copy.fields == Self.source.fields && copy.exampleCount == 2)
    #expect(try ExampleSet(copy).values() == [6, 7, 8, 0, 1, 2])
    #expect(try ExampleSet(copy).values(of: "label") == [0, 1, 0, 0, 0, 1])
  }

  @Test func theFirstFieldOfNonZerosIsTheOneThatPlansMayRead() {
    func rows() -> CSRExamples {
      CSRExamples(starts: [0, 1, 1], columns: [4], values: [1], columnCount: 20)
    }
    let (first, second) = (rows(), rows())
    let source = ExampleSource([
      ("mask", DenseExamples([1, 2], shape: [1])), ("x", first), ("covariates", second),
    ])
    #expect(source.sparsity.keys.sorted() == ["x"] && source.nonZeros === first)
  }

  @Test func fieldsOfOtherCountsEndTheProgram() async {
    await #expect(processExitsWith: .signal(SIGILL)) {
      _ = ExampleSource([
        ("x", DenseExamples([1, 2], shape: [1])), ("label", ClassExamples([0], names: ["a"])),
      ])
    }
    await #expect(processExitsWith: .signal(SIGILL)) {
      _ = ClassExamples([0, 1], names: ["a"])
    }
  }
}
