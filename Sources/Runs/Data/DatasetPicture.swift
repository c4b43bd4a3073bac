public import HDF5
internal import RandomStreams
public import Reports

/// A picture of examples as a file holds them: images side by side, everything else as a heat-map with a line for each.
public struct DatasetPicture: Sendable {
  /// The picture.
  public let grid: ImageGrid
  /// What it shows, in a sentence.
  public let meaning: String

  /// More elements than an example that is drawn: 2^24.
  private static let largestExample = 1 << 24
  /// Longest side of an image, and most columns of a heat-map; of more every second, third … is drawn.
  private static let (longestSide, mostColumns) = (256, 1024)

  /// Draws examples of a dataset `[N, D]`, `[N, H, W]`, `[N, H, W, C]`, or `[N, C, H, W]` where its `layout` says so.
  ///
  /// - Parameters:
  ///   - count: The most examples.
  ///   - seed: Of a choice at random; nil for the first.
  /// - Throws: `ReportError` for what cannot be drawn; `HDF5Error`.
  public init(_ dataset: String, of file: HDF5File, count: Int = 64, seed: Int? = nil) throws {
    func refusal(_ found: String) -> ReportError {
      ReportError(
        code: .refused, object: dataset, expected: "numbers of 2 to 4 axes to be drawn",
        found: found, remedy: "Leave out --grid.")
    }
    guard try !file.isGroup(dataset) else { throw refusal("a group, such as sparse rows") }
    let rows = try DatasetRows(dataset, of: file)
    let shape = rows.info.shape
    let size = shape.dropFirst().reduce(1, *)
    guard (2...4).contains(shape.count), shape[0] > 0, (1...Self.largestExample).contains(size),
      shape[0] < UInt32.max
    else { throw refusal("shape \(shape)") }
    var chosen = Array(0..<min(max(1, count), shape[0]))
    if let seed {
      let order = Stream(seed: UInt64(max(0, seed)), purpose: .sampling)
        .permutation(of: shape[0], turn: 0)
      chosen = order.prefix(chosen.count).map { Int($0) }.sorted()
    }
    guard let values = try Self.numbers(rows, chosen) else {
      throw refusal("\(rows.info.elementType)")
    }
    let isChannelsFirst =
      try shape.count == 4 && file.attribute("layout", of: dataset) == .string("NCHW")
    let which =
      "\(chosen.count) \(seed == nil ? "first" : "random") of \(shape[0]) examples of \(dataset)"
    if shape.count == 2 {
      let step = (shape[1] - 1) / Self.mostColumns + 1
      let columns = Array(stride(from: 0, to: shape[1], by: step))
      let (lines, colours) = Self.heat(values, width: shape[1], columns, rows.info.elementType)
      grid = ImageGrid(lines, shape: [chosen.count, columns.count])
      meaning =
        "\(which), a line each, \(step == 1 ? "all" : "one in \(step)") of \(shape[1]) columns from left to right; \(colours)"
      return
    }
    let extents = Array(shape.dropFirst()) + (shape.count == 3 ? [1] : [])
    let (height, width, channels) =
      isChannelsFirst
      ? (extents[1], extents[2], extents[0]) : (extents[0], extents[1], extents[2])
    let strides = isChannelsFirst ? (width, 1, height * width) : (width * channels, channels, 1)
    let step = (max(height, width) - 1) / Self.longestSide + 1
    let (ys, xs) = (stride(from: 0, to: height, by: step), stride(from: 0, to: width, by: step))
    let drawn = channels == 3 ? 3 : 1
    let (scaled, colours) = Self.levels(values, rows.info.elementType)
    var pixels: [Float] = []
    for example in chosen.indices {
      for y in ys {
        for x in xs {
          let pixel = example * size + y * strides.0 + x * strides.1
          for channel in 0..<drawn { pixels.append(scaled[pixel + channel * strides.2]) }
        }
      }
    }
    let counts = (Array(ys).count, Array(xs).count)
    grid = ImageGrid(pixels, shape: [chosen.count, counts.0, counts.1, drawn])
    let part = channels == drawn ? "" : ", the first of \(channels) channels"
    meaning =
      "\(which), \(height) × \(width) each\(part)\(step == 1 ? "" : ", one in \(step) of their lines and columns"); \(colours)"
  }

  /// The chosen rows; nil where they are no numbers.
  private static func numbers(_ rows: DatasetRows, _ chosen: [Int]) throws -> [Float]? {
    func read<T: HDF5Element & ExpressibleByIntegerLiteral>(
      _ number: (T) -> Float
    ) throws -> [Float] {
      var row = [T](repeating: 0, count: rows.info.shape.dropFirst().reduce(1, *))
      var values: [Float] = []
      for index in chosen {
        var span = row.mutableSpan
        try rows.read(index..<index + 1, into: &span)
        values.append(contentsOf: row.lazy.map(number))
      }
      return values
    }
    switch rows.info.elementType {
    case .bool, .uint8: return try read { (value: UInt8) in Float(value) }
    case .float16, .float32: return try read { (value: Float) in value }
    case .float64: return try read { (value: Double) in Float(value) }
    default:
      guard rows.info.elementType.isInteger else { return nil }
      return try read { (value: Int64) in Float(value) }
    }
  }

  /// Numbers of images, brought to 0…1, and what that means.
  private static func levels(_ values: [Float], _ type: ElementType) -> ([Float], String) {
    let (low, high) = range(values)
    if type == .uint8, high > 1 { return (values.map { $0 / 255 }, "0 black, 255 white") }
    if low >= 0, high <= 1 { return (values, "0 black, 1 white") }
    return (values.map { ($0 - low) / (high - low) }, "\(low) black, \(high) white")
  }

  /// Numbers of a table, each column brought to 0…1 unless all are of one kind.
  private static func heat(
    _ values: [Float], width: Int, _ columns: [Int], _ type: ElementType
  ) -> ([Float], String) {
    let (low, high) = range(values)
    let isPlain = type == .uint8 || (low >= 0 && high <= 1)
    let (plain, colours) = levels(values, type)
    let count = values.count / width
    var lines = [Float](repeating: 0, count: count * columns.count)
    for (place, column) in columns.enumerated() {
      let own =
        isPlain ? (Float(0), Float(1)) : range((0..<count).map { values[$0 * width + column] })
      for row in 0..<count {
        let value = (isPlain ? plain : values)[row * width + column]
        // A column of one number is grey.
        lines[row * columns.count + place] =
          own.0 == own.1 ? (value.isFinite ? 0.5 : .nan) : (value - own.0) / (own.1 - own.0)
      }
    }
    return (
      lines, isPlain ? colours : "each column from its smallest, black, to its largest, white"
    )
  }

  /// The smallest and the largest finite number.
  private static func range(_ values: [Float]) -> (Float, Float) {
    var (low, high) = (Float.infinity, -Float.infinity)
    for value in values where value.isFinite { (low, high) = (min(low, value), max(high, value)) }
    return low > high ? (0, 1) : (low, high)
  }
}
