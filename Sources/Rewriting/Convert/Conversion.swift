internal import HDF5
internal import Host
internal import RandomStreams

/// Stores the examples of a file anew: in other chunks, packed in another way, as another type, in random order.
public struct Conversion: Sendable {
  private let path: String
  private let options: ConvertOptions

  /// - Parameter options: `key=value` each, as `guide` lists them.
  /// - Throws: `ConfigurationError` at the option that is wrong.
  public init(_ path: String, options: [String] = []) throws {
    self.path = path
    self.options = try read(options, ConvertOptions.init)
  }

  /// All options, for a reader.
  public static var guide: String { Rewriting.guide(ConvertOptions.init) }

  /// Reads the file and writes another, which appears under its name when it is whole.
  ///
  /// A shuffle needs memory for what a field's rows take, or what it may hold if that is less, and as much again on the
  /// disk of the output. The order depends on the seed and the number of examples alone.
  /// - Parameter step: Told how far it has come, 0...1; what it throws ends the work, and nothing is left.
  /// - Throws: `RewriteError`, `HDF5Error`, `OutputError`, and what `step` throws.
  public func write(
    to output: String, replacing: Bool = false, step: (_ done: Double) throws -> Void = { _ in }
  ) throws -> RewriteSummary {
    let contents = try FileContents(path, options.content)
    let budget =
      options.memory ?? min(2 << 30, max(64 << 20, (availableMemory() ?? 1 << 30) / 4))
    let retyped = try retypedPaths(contents)
    return try rewrite(
      contents, to: output, replacing: replacing, options.storage,
      passes: options.shuffle == nil ? 1 : 2, step: step
    ) { rewrite in
      for (turn, set) in contents.sets.enumerated() {
        let count = min(set.rowCount, options.limit ?? .max)
        let places = try places(of: set, turn: turn, contents)
        for path in set.fields {
          var storage = options.storage
          if !retyped.contains(path) { storage.type = nil }
          let field = try contents.field(path, storage)
          let writer = try field.writer(path, in: rewrite.output)
          if let places {
            let share = try Double(field.measuredByteCount()) * Double(count) / Double(set.rowCount)
            let buckets = RowBuckets(
              placeCount: count, byteCount: Int(share), budget: budget, beside: output)
            try field.forEachBlock { rows, block in
              for row in rows where Int(places[row]) < count {
                try buckets.add(block[row - rows.lowerBound], at: Int(places[row]))
              }
              try rewrite.progress.moved(block.bytes.count)
            }
            try buckets.drain { block in
              try writer.append(block)
              try rewrite.progress.moved(block.bytes.count)
            }
          } else {
            try field.forEachBlock(upTo: count) { _, block in
              try writer.append(block)
              try rewrite.progress.moved(block.bytes.count)
            }
          }
          try rewrite.finish(writer, of: field, as: path)
        }
        try rewrite.copyCompanions(of: set, to: set.folder)
      }
    }
  }

  /// Where each example goes; nil where all stay.
  private func places(
    of set: FileContents.Examples, turn: Int, _ contents: FileContents
  ) throws -> [UInt32]? {
    guard let seed = options.shuffle else { return nil }
    guard set.rowCount < UInt32.max else {
      throw contents.problem(
        .unsupported, at: set.data, "fewer than 2^32 examples", "\(set.rowCount)",
        "Shuffle the file in pieces.")
    }
    let order = Stream(seed: UInt64(seed), purpose: .rewriting)
      .permutation(of: set.rowCount, turn: UInt32(turn))
    var places = order
    for (place, row) in order.enumerated() { places[Int(row)] = UInt32(place) }
    return places
  }

  /// What is written as another type.
  private func retypedPaths(_ contents: FileContents) throws -> Set<String> {
    guard options.storage.type != nil else { return [] }
    guard let name = options.dataset else { return Set(contents.sets.map(\.data)) }
    let found = Set(
      contents.sets.flatMap { set in
        set.fields.filter { $0 == name || set.name(of: $0) == name }
      })
    guard !found.isEmpty else {
      throw contents.problem(
        .missingField, at: name, "a dataset with a row for each example", "none of this name",
        "'vae-dp inspect' lists what is in the file.")
    }
    return found
  }
}
