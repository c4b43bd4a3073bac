/// Where the channels of images `[N, ?, ?, ?]` are.
public enum ImageLayout: String, Hashable, Sendable, CaseIterable {
  /// As the dataset's attribute `layout` says (`NHWC` or `NCHW`), else channels last.
  case auto
  /// `[N, H, W, C]`.
  case channelsLast
  /// `[N, C, H, W]`.
  case channelsFirst
}

/// How a dataset's rows become examples.
struct ExampleLayout: Hashable, Sendable {
  /// Number of rows.
  let rowCount: Int
  /// Extents of one example, channels last.
  let exampleShape: [Int]
  /// Whether rows are stored `[C, H, W]` with more than one channel.
  let isChannelsFirst: Bool

  var exampleSize: Int { exampleShape.reduce(1, *) }

  /// Reads `shape` as examples: `[N, D]`, `[N, H, W]`, or `[N, H, W, C]` in either layout.
  ///
  /// - Parameter problem: Makes an error out of its code and three sentences.
  init(
    shape: [Int], layout: ImageLayout, isDeclared: Bool, problem: Problem
  ) throws(DatasetError) {
    guard (2...4).contains(shape.count) else {
      throw problem(
        .wrongShape, "shape [N, D], [N, H, W] or [N, H, W, C]", "\(shape)",
        "Reshape the dataset.")
    }
    guard !shape.contains(0) else {
      throw problem(.empty, "at least one example", "shape \(shape)", "Choose another dataset.")
    }
    rowCount = shape[0]
    guard rowCount <= 1 << 32 else {
      throw problem(.wrongShape, "at most 2^32 rows", "\(rowCount)", "Split the dataset.")
    }
    switch shape.count {
    case 2: (exampleShape, isChannelsFirst) = ([shape[1]], false)
    case 3: (exampleShape, isChannelsFirst) = ([shape[1], shape[2], 1], false)
    default:
      if layout == .channelsFirst {
        exampleShape = [shape[2], shape[3], shape[1]]
        isChannelsFirst = shape[1] > 1 && shape[2] * shape[3] > 1
      } else {
        let colours = 1...4
        if !isDeclared, colours.contains(shape[1]), !colours.contains(shape[3]) {
          throw problem(
            .ambiguousLayout, "images [N, H, W, C]", "\(shape), which looks like [N, C, H, W]",
            "Declare the layout: NCHW or NHWC, in the config or as the attribute 'layout'.")
        }
        (exampleShape, isChannelsFirst) = (Array(shape[1...]), false)
      }
    }
  }

  typealias Problem = (
    _ code: DatasetError.Code, _ expected: String, _ found: String, _ remedy: String
  ) -> DatasetError
}
