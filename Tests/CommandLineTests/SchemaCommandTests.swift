import Foundation
import Testing

@Suite struct SchemaCommandTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  @Test func theSchemaIsPrintedOrWritten() throws {
    let committed = try Documents.text("configs/schema.json")
    #expect(try run("schema", in: folder).output == committed)
    let written = try run("schema", "-o", "new/schema.json", in: folder)
    #expect(written.code == 0 && written.output.isEmpty)
    #expect(try folder.bytes("new/schema.json") == Data(committed.utf8))
  }

  @Test func aPageGetsItsTables() throws {
    let page = "Keys.\n<!-- keys of checkpoints -->\n<!-- end of keys -->\n"
    try folder.write(page, to: "page.md")
    #expect(try run("schema", "--page", "page.md", "-o", "page.md", in: folder).code == 0)
    let text = String(decoding: try folder.bytes("page.md"), as: UTF8.self)
    #expect(text.hasPrefix("Keys.\n<!-- keys of checkpoints -->\n| key | value | default |"))
    #expect(text.contains("| `everySteps` | integer 1…1000000000 or null | `500` |"))
    #expect(text.hasSuffix("|\n<!-- end of keys -->\n"))
    // Made once more, it is the same.
    let again = try run("schema", "--page", "page.md", in: folder)
    #expect(again.output == text)
  }

  @Test func aPageThatIsWrongIsNamed() throws {
    try folder.write("<!-- keys of nothing --><!-- end of keys -->", to: "page.md")
    let wrong = try run("schema", "--page", "page.md", in: folder)
    #expect(wrong.code == 65)
    #expect(wrong.errors == "vae-dp: table of the keys of nothing: no key declares it\n")
    #expect(try run("schema", "--page", "none.md", in: folder).code == 66)
  }
}
