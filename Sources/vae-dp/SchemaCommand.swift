import ArgumentParser
import Foundation
import VAEDP

struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print a JSON Schema of configurations, for editors.",
    discussion: """
      An editor that knows it completes keys and shows their meanings. A configuration names it by its key "$schema", as \
      those in configs/ do: "$schema": "schema.json".
      """)

  @Option(name: .shortAndLong, help: "A file to write, in place of standard output.")
  var output: String?

  @Option(help: "A page in Markdown: print it with its tables of keys made anew, not the schema.")
  var page: String?

  func run() throws {
    try reporting {
      let text = try page.map(page(at:)) ?? RunConfiguration.schema.text()
      guard let output else { return try put(text) }
      try makeOutputFolder(of: output)
      try writeOutput(Array((text + "\n").utf8), to: output)
    }
  }

  /// The page without its last line break.
  private func page(at path: String) throws -> String {
    guard let bytes = FileManager.default.contents(atPath: path) else {
      throw ConfigurationError(
        code: .missingFile, file: path, line: nil, path: "",
        message: "expected a page in Markdown, found none that can be read")
    }
    let page = try RunConfiguration.page(String(decoding: bytes, as: UTF8.self))
    return page.hasSuffix("\n") ? String(page.dropLast()) : page
  }
}
