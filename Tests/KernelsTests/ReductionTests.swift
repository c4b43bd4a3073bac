import CKernels
import Glibc
import Kernels
import Testing

/// Sums and windows with a kernel of their own.
@Suite struct ReductionTests {
  @Test(
    arguments: [
      ([-.infinity, -.infinity, -.infinity], -.infinity), ([.infinity, 1, 2], .infinity),
      ([.infinity, -.infinity], .infinity), ([-.infinity, 3], 3), ([.nan, 1, 2], .nan),
      ([1, 2, .nan], .nan), ([5], 5), ([-.infinity], -.infinity), ([1e38, 1e38], 1e38),
      ([-3e38, -3e38], -3e38), ([1000, 1000], 1000.6931), ([-1000, -1000], -999.30685),
      ([88.7, -200], 88.7), ([0, 0, 0, 0], 1.3862944),
    ] as [([Float], Float)])
  func logSumExp(x: [Float], expected: Float) {
    for inner in [1, 3, 17] {
      // Several columns side by side, of which each is x.
      let repeated = x.flatMap { [Float](repeating: $0, count: inner) }
      for found in logSumExp(repeated + repeated, outer: 2, count: x.count, inner: inner) {
        let isClose = abs(found - expected) <= 1e-6 * max(1, abs(expected))
        #expect(found == expected || isClose || (found.isNaN && expected.isNaN), "\(x): \(found)")
      }
    }
  }

  @Test(arguments: [(1, 1, 1), (3, 7, 5), (2, 50, 1), (1, 4, 33)])
  func logSumExpAgreesWithDouble(outer: Int, count: Int, inner: Int) {
    let x = numbers(outer * count * inner, seed: 3).map { $0 * 30 }
    let found = logSumExp(x, outer: outer, count: count, inner: inner)
    for o in 0..<outer {
      for i in 0..<inner {
        let terms = (0..<count).map { exp(Double(x[(o * count + $0) * inner + i])) }
        let expected = log(terms.reduce(0, +))
        #expect(abs(Double(found[o * inner + i]) - expected) <= 4e-6 * max(1, abs(expected)))
      }
    }
  }

  private func logSumExp(_ x: [Float], outer: Int, count: Int, inner: Int) -> [Float] {
    var result = [Float](repeating: -7, count: outer * inner + 8)
    unsafe vaedp_log_sum_exp(x, &result, outer, count, inner)
    #expect(result[(outer * inner)...].allSatisfy { $0 == -7 })
    return Array(result[..<(outer * inner)])
  }

  static let extents = [
    // height, width, channels, out height, out width, kernel h, w, stride h, w, padding h, w
    [6, 8, 1, 3, 4, 4, 4, 2, 2, 1, 1], [7, 5, 3, 4, 3, 3, 3, 2, 2, 1, 1],
    [4, 4, 2, 4, 4, 1, 1, 1, 1, 0, 0], [5, 9, 2, 2, 3, 2, 3, 3, 3, 0, 0],
    [3, 3, 1, 1, 1, 3, 3, 1, 1, 0, 0], [5, 6, 4, 5, 3, 5, 2, 1, 2, 2, 0],
    [2, 2, 1, 3, 3, 4, 4, 1, 1, 2, 2],
  ]

  @Test(arguments: extents)
  func col2imOfAnImageAgreesWithTheNaiveLoop(s: [Int]) {
    let shape = windows(s)
    let row = s[2] * s[5] * s[6]
    let columns = numbers(s[3] * s[4] * row, seed: 5)
    let size = s[0] * s[1] * s[2]
    var expected = [Double](repeating: 0, count: size)
    for y in 0..<s[3] {
      for x in 0..<s[4] {
        for c in 0..<s[2] {
          for i in 0..<s[5] {
            for j in 0..<s[6] {
              let (top, left) = (y * s[7] - s[9] + i, x * s[8] - s[10] + j)
              guard (0..<s[0]).contains(top), (0..<s[1]).contains(left) else { continue }
              let tap = (c * s[5] + i) * s[6] + j
              let column = columns[tap * s[3] * s[4] + y * s[4] + x]
              expected[(top * s[1] + left) * s[2] + c] += Double(column)
            }
          }
        }
      }
    }
    // Between sentinels: nothing before or behind the image is written.
    var image = [Float](repeating: 99, count: size + 64)
    var run = [Float](repeating: 7, count: s[1] + 8)
    unsafe image.withUnsafeMutableBufferPointer { image in
      unsafe vaedp_col2im_image(columns, image.baseAddress! + 32, &run, shape)
    }
    #expect(run[s[1]...].allSatisfy { $0 == 7 })
    #expect(image[..<32].allSatisfy { $0 == 99 } && image[(size + 32)...].allSatisfy { $0 == 99 })
    // At most 16 numbers below 1 overlap.
    for (found, exact) in zip(image[32...], expected) {
      #expect(abs(Double(found) - exact) <= 2e-6)
    }
  }

  /// im2col of two images against the naive loop; then ⟨im2col(x), p⟩ = ⟨x, col2im(p)⟩.
  @Test(arguments: extents)
  func im2colAgreesWithTheNaiveLoopAndCol2imIsItsTranspose(s: [Int]) {
    let (size, pixels, row) = (s[0] * s[1] * s[2], s[3] * s[4], s[2] * s[5] * s[6])
    let x = numbers(2 * size, seed: 6)
    var expected = [Float](repeating: 0, count: 2 * pixels * row)
    for (n, y) in (0..<2).flatMap({ n in (0..<s[3]).map { (n, $0) } }) {
      for (left, c) in (0..<s[4]).flatMap({ left in (0..<s[2]).map { (left, $0) } }) {
        for (i, j) in (0..<s[5]).flatMap({ i in (0..<s[6]).map { (i, $0) } }) {
          let (h, w) = (y * s[7] - s[9] + i, left * s[8] - s[10] + j)
          guard (0..<s[0]).contains(h), (0..<s[1]).contains(w) else { continue }
          let window = (n * pixels + y * s[4] + left) * row
          expected[window + (c * s[5] + i) * s[6] + j] = x[n * size + (h * s[1] + w) * s[2] + c]
        }
      }
    }
    var found = [Float](repeating: 99, count: expected.count + 8)
    unsafe vaedp_im2col(x, &found, 2, windows(s))
    #expect(found == expected + [Float](repeating: 99, count: 8))
    let p = numbers(expected.count, seed: 7)
    var images = [Float](repeating: 99, count: 2 * size + 8)
    unsafe vaedp_col2im(p, &images, 2, windows(s))
    #expect(images[(2 * size)...].allSatisfy { $0 == 99 })
    let left = zip(expected, p).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    let right = zip(x, images).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    // At most 16 numbers below 1 overlap, of which each rounding is below 1e-6.
    #expect(abs(left - right) <= 2e-6 * Double(2 * size))
  }

  private func windows(_ s: [Int]) -> vaedp_windows {
    vaedp_windows(
      height: s[0], width: s[1], channels: s[2], out_height: s[3], out_width: s[4],
      kernel_h: s[5], kernel_w: s[6], stride_h: s[7], stride_w: s[8], padding_h: s[9],
      padding_w: s[10])
  }

  @Test func bytesWiden() {
    let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0) }
    var target = [Float](repeating: -1, count: 304)
    unsafe vaedp_widen_bytes(bytes, &target, 300, 1 / 255)
    for index in bytes.indices { #expect(target[index] == Float(bytes[index]) * (1 / 255)) }
    #expect(target[300...].allSatisfy { $0 == -1 })
  }
}

/// Numbers in (−1, 1) that are nothing special.
func numbers(_ count: Int, seed: UInt64) -> [Float] {
  var state = seed &* 0x9E37_79B9_7F4A_7C15
  return (0..<count).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Float(Int32(truncatingIfNeeded: state >> 32)) * 0x1p-31
  }
}
