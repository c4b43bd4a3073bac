public import Configuration

extension RunConfiguration {
  /// All keys of a configuration.
  package static let keys = ObjectDescription(of: RunConfiguration.init(reading:))

  /// A JSON Schema of configurations, by which editors complete keys and show what they mean.
  public static var schema: JSONNode { keys.schema(title: "A configuration of vae-dp") }

  /// A page in Markdown with the tables of keys that it asks for between `<!-- keys of training -->` and
  /// `<!-- end of keys -->` made anew.
  ///
  /// - Throws: a line about a table that cannot be made.
  public static func page(_ text: String) throws -> String { try keys.page(text) }
}
