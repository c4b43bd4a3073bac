internal import Configuration
internal import HDF5

/// How a file is stored anew.
struct ConvertOptions: Sendable {
  var storage: StorageOptions
  /// The seed of a shuffle; nil for none.
  var shuffle: Int?
  /// The most examples of each part.
  var limit: Int?
  /// What the type is for; nil for the examples themselves.
  var dataset: String?
  /// Bytes that a shuffle may hold; nil for a part of what is free.
  var memory: Int?
  var content: ContentOptions

  init(reading reader: inout ObjectReader) throws(ConfigurationError) {
    let rows = try reader.optionalInteger(
      "chunkRows", in: 1...1 << 30, "Rows of a chunk.")
    let size = try reader.unless("chunkRows") { reader throws(ConfigurationError) in
      try reader.string("chunk", default: "1MiB", "The most bytes of a chunk: 64KiB to 256MiB.")
    }
    var chunks = ChunkSize.usual
    if let rows {
      chunks = .rows(rows)
    } else if let size {
      guard let count = Self.byteCount(size), (1 << 16...1 << 28).contains(count) else {
        throw reader.error(
          "chunk", expected: "bytes from 64KiB to 256MiB", remedy: "Say for example chunk=1MiB.")
      }
      chunks = .bytes(count)
    }
    let level = try reader.optionalInteger(
      "deflate", in: 0...9,
      "gzip level, 0 for none; without it 4 for what was compressed before, and none for the rest.")
    let type = try reader.optionalString(
      "type", among: Retyping.types.map { "\($0)" },
      "Type of the numbers, all of which it must hold as they are; float64 may be rounded to float32."
    )
    storage = StorageOptions(
      chunks: chunks, deflate: level, type: Retyping.types.first { "\($0)" == type })
    dataset = try reader.optionalString(
      "dataset", "What the type is for; without it the examples themselves.")
    shuffle = try reader.optionalInteger(
      "shuffle", in: 0...(.max),
      "Seed by which examples are shuffled; without it they keep their order.")
    limit = try reader.optionalInteger(
      "limit", in: 1...(.max),
      "The most examples of each part: the first, or with a shuffle as many at random.")
    let room = try reader.optionalString(
      "memory",
      "What a shuffle may hold in memory, for example 500MiB; without it a quarter of what is free, at most 2 GiB."
    )
    if let room {
      memory = Self.byteCount(room)
      if memory ?? 0 < 1 << 12 {
        throw reader.error(
          "memory", expected: "at least 4KiB", remedy: "Say for example memory=500MiB.")
      }
    }
    content = try ContentOptions(reading: &reader)
  }

  /// Bytes of `64KiB`, `2MB`, `100B`.
  private static func byteCount(_ text: String) -> Int? {
    let units = [
      ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("KB", 1000), ("MB", 1_000_000),
      ("GB", 1_000_000_000), ("B", 1),
    ]
    guard let unit = units.first(where: { text.hasSuffix($0.0) }),
      let number = Int(text.dropLast(unit.0.count))
    else { return nil }
    let (count, overflow) = number.multipliedReportingOverflow(by: unit.1)
    return overflow ? nil : count
  }
}
