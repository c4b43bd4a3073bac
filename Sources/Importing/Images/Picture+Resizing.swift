extension Picture {
  /// The largest part around the centre with the aspect of `height` × `width`, to the nearest pixel.
  package func cropped(toAspectOf height: Int, _ width: Int) -> Picture {
    var (h, w) = (self.height, self.width)
    if w * height > h * width {
      w = max(1, (2 * h * width + height) / (2 * height))
    } else {
      h = max(1, (2 * w * height + width) / (2 * width))
    }
    (h, w) = (min(h, self.height), min(w, self.width))
    let (top, left) = ((self.height - h) / 2, (self.width - w) / 2)
    var result: [UInt8] = []
    result.reserveCapacity(h * w * channels)
    for row in top..<top + h {
      let start = (row * self.width + left) * channels
      result.append(contentsOf: pixels[start..<start + w * channels])
    }
    return Picture(width: w, height: h, channels: channels, pixels: result)
  }

  /// The picture in another size: along each axis the mean over the area of a new pixel where it becomes smaller, and linear
  /// interpolation between the centres of pixels where it becomes larger.
  ///
  /// - Numerics: Sums in float32, rounded once at the end, halves up.
  package func resized(to newHeight: Int, _ newWidth: Int) -> Picture {
    if newHeight == height, newWidth == width { return self }
    let (columns, rows) = (Taps(from: width, to: newWidth), Taps(from: height, to: newHeight))
    let rowSize = newWidth * channels
    var narrow = [Float](repeating: 0, count: height * rowSize)
    for y in 0..<height {
      for x in 0..<newWidth {
        for (i, weight) in columns.weights(x) {
          let (from, to) = ((y * width + i) * channels, y * rowSize + x * channels)
          for channel in 0..<channels {
            narrow[to + channel] += weight * Float(pixels[from + channel])
          }
        }
      }
    }
    var result = [UInt8](repeating: 0, count: newHeight * rowSize)
    var sums = [Float](repeating: 0, count: rowSize)
    for y in 0..<newHeight {
      for i in 0..<rowSize { sums[i] = 0 }
      for (row, weight) in rows.weights(y) {
        for i in 0..<rowSize { sums[i] += weight * narrow[row * rowSize + i] }
      }
      for i in 0..<rowSize {
        result[y * rowSize + i] = UInt8(min(255, max(0, sums[i] + 0.5)))
      }
    }
    return Picture(width: newWidth, height: newHeight, channels: channels, pixels: result)
  }
}

/// Which places of an axis a place of a longer or shorter one is made of.
private struct Taps {
  private var starts: [Int] = []
  private var values: [[Float]] = []

  init(from count: Int, to newCount: Int) {
    let scale = Double(count) / Double(newCount)
    for new in 0..<newCount {
      if newCount < count {
        let (low, high) = (Double(new) * scale, Double(new + 1) * scale)
        let first = Int(low)
        let last = min(count, Int(high.rounded(.up)))
        starts.append(first)
        values.append(
          (first..<last).map { i in
            Float((min(high, Double(i + 1)) - max(low, Double(i))) / scale)
          })
      } else {
        let centre = min(max((Double(new) + 0.5) * scale - 0.5, 0), Double(count - 1))
        let first = min(Int(centre), max(0, count - 2))
        let rest = Float(centre - Double(first))
        starts.append(first)
        values.append(count == 1 ? [1] : [1 - rest, rest])
      }
    }
  }

  /// Places and their weights, whose sum is 1.
  func weights(_ new: Int) -> some Sequence<(Int, Float)> {
    zip(starts[new]..., values[new]).lazy.map { ($0, $1) }
  }
}
