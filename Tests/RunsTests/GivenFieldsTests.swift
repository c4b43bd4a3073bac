import Examples
import Runs
import Testing

/// What `vae-dp sample --given` says.
@Suite struct GivenFieldsTests {
  private let fields = [
    Field(name: "label", shape: [3], classes: ["cat", "dog", "7"]), Field(name: "age", shape: [2]),
  ]

  private func values(_ words: [String], _ field: String) throws -> [Float] {
    let source = try #require(try givenFields(words, of: fields, count: 2))
    #expect(source.fields == fields && source.exampleCount == 2)
    return try ExampleSet(source).values(of: field)
  }

  @Test func valuesAreTheSameForAll() throws {
    let words = ["age=0.5,-2", "label=dog"]
    #expect(try values(words, "label") == [0, 1, 0, 0, 1, 0])
    #expect(try values(words, "age") == [0.5, -2, 0.5, -2])
  }

  @Test func classesThatAreNotGivenTakeTurns() throws {
    #expect(try values(["age=1,2"], "label") == [1, 0, 0, 0, 1, 0])
    #expect(try givenFields([], of: [], count: 3) == nil)
  }

  @Test(arguments: [
    (["age=1,2", "label=cow"], "one of 3 classes: cat, dog, 7"),
    (["label=cat"], "2 numbers with commas between them"),
    (["age=1,x"], "2 numbers with commas between them"),
    (["age=1,2,x"], "2 numbers with commas between them"),
    (["age=1,2,3"], "2 numbers with commas between them"),
    (["mask=1"], "label=…, age=…"), (["label"], "label=…, age=…"),
  ])
  func whatDoesNotFitIsTold(words: [String], expected: String) {
    let error = #expect(throws: RunError.self) {
      _ = try givenFields(words, of: fields, count: 2)
    }
    #expect(error?.code == .wrongField && error?.expected == expected)
  }
}
