/// Where the channels of images `[N, ?, ?, ?]` are.
public enum ImageLayout: String, Hashable, Sendable, CaseIterable {
  /// As the dataset's attribute `layout` says (`NHWC` or `NCHW`), else channels last.
  case auto
  /// `[N, H, W, C]`.
  case channelsLast
  /// `[N, C, H, W]`.
  case channelsFirst
}

/// How a dataset's elements become examples.
struct ExampleLayout: Hashable, Sendable {
  /// Number of examples.
  let rowCount: Int
  /// Extents of one example, channels last.
  let exampleShape: [Int]
  /// The stored axis that is the examples', then those of an example, channels last.
  private let axes: [Int]
  private let stored: [Int]

  var exampleSize: Int { exampleShape.reduce(1, *) }

  /// Whether a stored row is an example; else it is an element of each.
  var isByExample: Bool { axes.first == 0 }

  /// How far apart the elements of a stored row lie that follow each other along each axis of an example, of which
  /// there are three here; nil where they are stored as they are kept.
  var strides: [Int]? {
    let moved = axes.dropFirst().filter { stored[$0] > 1 }
    guard isByExample, moved != moved.sorted() else { return nil }
    let strides = axes.dropFirst().map { stored[($0 + 1)...].reduce(1, *) }
    return strides + [Int](repeating: 1, count: 3 - strides.count)
  }

  /// Reads a stored shape as examples: `[N, D]`, `[N, H, W]`, or `[N, H, W, C]` in either layout.
  ///
  /// - Parameters:
  ///   - axes: The stored axis of each of these.
  ///   - problem: Makes an error out of its code and three sentences.
  init(
    shape stored: [Int], axes: [Int], layout: ImageLayout, isDeclared: Bool, problem: Problem
  ) throws(DatasetError) {
    let shape = axes.map { stored[$0] }
    guard (2...4).contains(shape.count) else {
      throw problem(
        .wrongShape, "shape [N, D], [N, H, W] or [N, H, W, C]", "\(shape)",
        "Reshape the dataset.")
    }
    guard !shape.contains(0) else {
      throw problem(.empty, "at least one example", "shape \(shape)", "Choose another dataset.")
    }
    rowCount = shape[0]
    self.stored = stored
    guard rowCount <= 1 << 32 else {
      throw problem(.wrongShape, "at most 2^32 rows", "\(rowCount)", "Split the dataset.")
    }
    guard shape.count == 4 else {
      exampleShape = shape.count == 2 ? [shape[1]] : [shape[1], shape[2], 1]
      self.axes = axes
      return
    }
    if layout == .channelsFirst {
      exampleShape = [shape[2], shape[3], shape[1]]
      self.axes = [axes[0], axes[2], axes[3], axes[1]]
      return
    }
    let colours = 1...4
    if !isDeclared, colours.contains(shape[1]), !colours.contains(shape[3]) {
      throw problem(
        .ambiguousLayout, "images [N, H, W, C]", "\(shape), which looks like [N, C, H, W]",
        "Declare the layout: NCHW or NHWC, in the config or as the attribute 'layout'.")
    }
    (exampleShape, self.axes) = (Array(shape[1...]), axes)
  }

  typealias Problem = (
    _ code: DatasetError.Code, _ expected: String, _ found: String, _ remedy: String
  ) -> DatasetError
}
