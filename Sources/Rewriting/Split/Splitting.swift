internal import HDF5

/// Cuts the examples of a file into parts: `train`, `validation` and `test`.
public struct Splitting: Sendable {
  private let path: String
  private let options: SplitOptions

  /// - Parameter options: `key=value` each, as `guide` lists them.
  /// - Throws: `ConfigurationError` at the option that is wrong.
  public init(_ path: String, options: [String] = []) throws {
    self.path = path
    self.options = try read(options, SplitOptions.init)
  }

  /// All options, for a reader.
  public static var guide: String { Rewriting.guide(SplitOptions.init) }

  /// Reads the file and writes one with parts, which appears under its name when it is whole.
  ///
  /// Examples keep their order in each part. Memory holds a few MiB for each field, and a few numbers for each example.
  /// - Parameter step: Told how far it has come, 0...1; what it throws ends the work, and nothing is left.
  /// - Throws: `RewriteError`, `HDF5Error`, `OutputError`, and what `step` throws.
  public func write(
    to output: String, replacing: Bool = false, step: (_ done: Double) throws -> Void = { _ in }
  ) throws -> RewriteSummary {
    let contents = try FileContents(path, options.content)
    let set = try chosenSet(contents)
    let plan = try SplitPlan(options, of: set, in: contents)
    let storage = StorageOptions()
    let parts = zip(options.shares.map(\.name), plan.counts).enumerated()
      .filter { $0.element.1 > 0 }.map { (place: UInt8($0.offset), name: $0.element.0) }
    let clashes = parts.map(\.name).filter { name in
      contents.sets.contains { $0.folder == name && $0.folder != set.folder }
        || (set.folder.isEmpty
          && contents.others.contains { $0 == name || $0.hasPrefix(name + "/") })
    }
    if let clash = clashes.first {
      throw contents.problem(
        .divided, at: clash, "no part of this name", "one",
        "Cut none with \(clash)=0, or leave the old one out with without=\(clash).")
    }
    return try rewrite(
      contents, to: output, replacing: replacing, storage, passes: 1, step: step
    ) { rewrite in
      for path in set.fields {
        let field = try contents.field(path, storage)
        let name = set.name(of: path)
        let writers = try parts.map { part in
          (
            part: part, name: joined(part.name, name),
            writer: try field.writer(joined(part.name, name), in: rewrite.output)
          )
        }
        try field.forEachBlock { rows, block in
          for (part, _, writer) in writers {
            var chosen = RowBlock()
            for row in rows where plan.parts[row] == part.place {
              chosen.append(block[row - rows.lowerBound])
            }
            if chosen.count > 0 { try writer.append(chosen) }
          }
          try rewrite.progress.moved(block.bytes.count)
        }
        for (_, name, writer) in writers { try rewrite.finish(writer, of: field, as: name) }
      }
      for part in parts { try rewrite.copyCompanions(of: set, to: part.name) }
      for other in contents.sets where other.folder != set.folder {
        for path in other.fields + other.companions { try rewrite.copyWhole(path) }
      }
    }
  }

  /// The examples that are cut.
  private func chosenSet(_ contents: FileContents) throws -> FileContents.Examples {
    let parts = contents.sets.map(\.folder)
    if let part = options.part {
      if let set = contents.sets.first(where: { $0.folder == part && !part.isEmpty }) { return set }
      throw contents.problem(
        .missingField, at: part, "a part of this name",
        parts == [""] ? "no parts" : parts.joined(separator: ", "),
        parts == [""] ? "Leave out part." : "Say part=\(parts[0]).")
    }
    guard parts == [""] else {
      throw contents.problem(
        .divided, "examples that are in no parts", "the parts " + parts.joined(separator: ", "),
        "To cut one of them, say part=\(parts[0]); the others stay as they are.")
    }
    return contents.sets[0]
  }
}
