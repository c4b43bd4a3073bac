import CKernels
import Glibc
import Kernels
import RandomStreams
import Testing

/// Random words, and the numbers made of them.
@Suite struct RandomTests {
  /// Known answers of the authors' library, Random123 (`kat_vectors`, philox4x32 with 10 rounds).
  static let knownAnswers: [(counter: [UInt32], key: [UInt32], result: [UInt32])] = [
    ([0, 0, 0, 0], [0, 0], [0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8]),
    (
      [.max, .max, .max, .max], [.max, .max], [0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD]
    ),
    (
      [0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344], [0xA409_3822, 0x299F_31D0],
      [0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1]
    ),
  ]

  @Test(arguments: knownAnswers)
  func philoxInSwift(counter: [UInt32], key: [UInt32], result: [UInt32]) {
    let words = philox(
      counter: (counter[0], counter[1], counter[2], counter[3]),
      key: UInt64(key[1]) << 32 | UInt64(key[0]))
    #expect([words.0, words.1, words.2, words.3] == result)
  }

  /// Of the counters the one that begins a row; the tests below compare others with Swift's.
  @Test func philoxInC() {
    let (counter, key, result) = Self.knownAnswers[0]
    var row = [Float](repeating: .nan, count: 4)
    let noise = vaedp_noise(key: (key[0], key[1]), step: counter[2], stream: counter[3])
    unsafe vaedp_fill_uniform(&row, [counter[1]], 1, 4, noise)
    #expect(row == result.map { Float($0 >> 8) * 0x1p-24 })
  }

  /// The examples of `Documentation/numerics.md`, by which another program can tell that it has the words,
  /// the bits and the purposes in their places.
  @Test func numbersOfTheDocumentation() {
    let start = Stream(seed: 0, purpose: .initialization)
    #expect(start.uniform(0, 0) == 0.8460089050620836)
    #expect(start.uniform(1, 0) == 0.7790297387261962)
    let shuffling = Stream(seed: 0, purpose: .shuffling)
    #expect(shuffling.permutation(of: 8, turn: 0) == [5, 3, 7, 0, 1, 6, 2, 4])
    #expect(shuffling.permutation(of: 8, turn: 1) == [1, 3, 0, 6, 4, 2, 5, 7])
    let key = Stream(seed: 0, purpose: .training).key
    let noise = vaedp_noise(
      key: (UInt32(truncatingIfNeeded: key), UInt32(key >> 32)), step: 3, stream: 1)
    var (normal, uniform) = ([Float](repeating: 0, count: 5), [Float](repeating: 0, count: 2))
    unsafe vaedp_fill_normal(&normal, [5], 1, 5, noise)
    unsafe vaedp_fill_uniform(&uniform, [5], 1, 2, noise)
    let draws: [Float] = [-0.984829, 0.189279, -0.005193, 0.719163, -0.233762]
    #expect(zip(normal, draws).allSatisfy { abs($0 - $1) < 3e-6 })
    #expect(zip(uniform, [0.604800, 0.469780]).allSatisfy { abs($0 - $1) < 1e-6 })
    var permutations = [Float](repeating: 0, count: 16)
    unsafe vaedp_fill_permutations(&permutations, 8, 2, noise)
    #expect(permutations == [2, 1, 3, 4, 6, 7, 4, 6, 5, 5, 0, 3, 1, 0, 7, 2])
  }

  /// The vectorised fill draws what the scalar function says: element j from counter
  /// (j / 4, id, step, stream).
  @Test func uniformsAreTheWordsOfTheirCounters() {
    let ids: [UInt32] = [7, 0, .max, 12345]
    let found = fill(uniform: true, ids: ids, perRow: 263)
    for (row, id) in ids.enumerated() {
      for j in 0..<263 {
        let words = philox(counter: (UInt32(j / 4), id, 3, 2), key: 0xFEED_0000_0000_BEEF)
        let word = [words.0, words.1, words.2, words.3][j % 4]
        #expect(found[row * 263 + j] == Float(word >> 8) * 0x1p-24)
      }
    }
  }

  /// Box and Muller's formula in double, on the same words.
  @Test func normalsAreTheTransformOfTheirCounters() {
    let ids: [UInt32] = [7, 0, .max, 12345]
    let found = fill(uniform: false, ids: ids, perRow: 1030)
    var worst = 0.0
    for (row, id) in ids.enumerated() {
      for j in 0..<1030 {
        let words = philox(counter: (UInt32(j / 4), id, 3, 2), key: 0xFEED_0000_0000_BEEF)
        let (a, b) = j % 4 < 2 ? (words.0, words.1) : (words.2, words.3)
        let radius = (-2 * log(Double((a >> 8) + 1) * 0x1p-24)).squareRoot()
        let angle = 2 * Double.pi * Double(b >> 8) * 0x1p-24
        let expected = radius * (j % 2 == 0 ? cos(angle) : sin(angle))
        worst = max(worst, abs(Double(found[row * 1030 + j]) - expected))
      }
    }
    // A radius of at most 5.8, with a few roundings.
    #expect(worst <= 2e-6, "off by \(worst)")
  }

  /// Moments of 2¹⁸ draws, each within five standard errors.
  @Test func momentsOfTheNormals() {
    let count = 1 << 18
    let x = fill(uniform: false, ids: Array(0..<256), perRow: 1024).map(Double.init)
    func moment(_ power: Int) -> Double {
      x.reduce(0) { sum, value in sum + (0..<power).reduce(1) { product, _ in product * value } }
        / Double(count)
    }
    let error = 5 / Double(count).squareRoot()
    #expect(abs(moment(1)) <= error)
    #expect(abs(moment(2) - 1) <= error * 2.0.squareRoot())
    #expect(abs(moment(3)) <= error * 15.0.squareRoot())
    #expect(abs(moment(4) - 3) <= error * 96.0.squareRoot())
    // Neighbours, which share an angle and a radius, are uncorrelated all the same.
    let products = stride(from: 0, to: count, by: 2).reduce(0) { $0 + x[$1] * x[$1 + 1] }
    #expect(abs(products / Double(count / 2)) <= error * 2.0.squareRoot())
  }

  @Test(arguments: [true, false])
  func rowsDependOnTheirIdAlone(uniform: Bool) {
    let ids: [UInt32] = [5, 9, 2, 1_000_000, 0]
    let order = [3, 0, 4, 2, 1]
    let perRow = 259
    let straight = fill(uniform: uniform, ids: ids, perRow: perRow)
    let permuted = fill(uniform: uniform, ids: order.map { ids[$0] }, perRow: perRow)
    for (position, row) in order.enumerated() {
      #expect(
        permuted[position * perRow..<(position + 1) * perRow]
          == straight[row * perRow..<(row + 1) * perRow])
    }
    let rows = (0..<5).map { Array(straight[$0 * perRow..<($0 + 1) * perRow]) }
    #expect(Set(rows).count == 5)
    // A shorter row is the beginning of a longer one.
    #expect(Array(fill(uniform: uniform, ids: [5], perRow: 6)) == Array(straight[..<6]))
  }

  /// Column j is permuted by the words of the counters (place, j, step, stream), from the last place down.
  @Test(arguments: [1, 2, 5, 64, 65, 300])
  func permutationsAreThoseOfTheirCounters(rows: Int) {
    let found = permutations(rows, columns: 7)
    for column in 0..<7 {
      var order = (0..<rows).map(Float.init)
      for last in (0..<rows).dropFirst().reversed() {
        let words = philox(
          counter: (UInt32(last), UInt32(column), 3, 2), key: 0xFEED_0000_0000_BEEF)
        let word = UInt64(words.0) << 32 | UInt64(words.1)
        order.swapAt(last, Int(word.multipliedFullWidth(by: UInt64(last + 1)).high))
      }
      #expect((0..<rows).map { found[$0 * 7 + column] } == order)
      #expect(order.sorted() == (0..<rows).map(Float.init))
    }
  }

  /// All 24 orders of four rows are drawn equally often, over columns, steps and streams; and so are all pairs of
  /// orders of three rows in neighbouring columns. χ² at 7 standard deviations above its mean.
  @Test func permutationsAreUniform() {
    var (orders, pairs) = ([[Float]: Int](), [[Float]: Int]())
    for (step, stream) in [(0, 0), (1, 0), (2, 0), (0, 1), (7, 9)] as [(UInt32, UInt32)] {
      let four = permutations(4, columns: 4800, step: step, stream: stream)
      let three = permutations(3, columns: 7200, step: step, stream: stream)
      for column in 0..<4800 { orders[(0..<4).map { four[$0 * 4800 + column] }, default: 0] += 1 }
      for column in stride(from: 0, to: 7200, by: 2) {
        let pair = (0..<6).map { three[$0 / 2 * 7200 + column + $0 % 2] }
        pairs[pair, default: 0] += 1
      }
    }
    func chiSquare(_ counts: [[Float]: Int], kinds: Int) -> Double {
      let expected = Double(counts.values.reduce(0, +)) / Double(kinds)
      let missing = Double(kinds - counts.count) * expected
      return counts.values.reduce(missing) { sum, count in
        let distance = Double(count) - expected
        return sum + distance * distance / expected
      }
    }
    #expect(chiSquare(orders, kinds: 24) < 23 + 7 * 46.0.squareRoot())
    #expect(chiSquare(pairs, kinds: 36) < 35 + 7 * 70.0.squareRoot())
  }

  private func permutations(
    _ rows: Int, columns: Int, step: UInt32 = 3, stream: UInt32 = 2
  ) -> [Float] {
    var target = [Float](repeating: .nan, count: rows * columns + 8)
    let noise = vaedp_noise(key: (0x0000_BEEF, 0xFEED_0000), step: step, stream: stream)
    unsafe vaedp_fill_permutations(&target, rows, columns, noise)
    #expect(target[(rows * columns)...].allSatisfy { $0.isNaN }, "written beyond the last row")
    return Array(target[..<(rows * columns)])
  }

  @Test func stepsAndStreamsDiffer() {
    let base = fill(uniform: false, ids: [1], perRow: 8)
    #expect(base != fill(uniform: false, ids: [1], perRow: 8, step: 4))
    #expect(base != fill(uniform: false, ids: [1], perRow: 8, stream: 1))
  }

  private func fill(
    uniform: Bool, ids: [UInt32], perRow: Int, step: UInt32 = 3, stream: UInt32 = 2
  ) -> [Float] {
    var target = [Float](repeating: .nan, count: ids.count * perRow + 8)
    let noise = vaedp_noise(key: (0x0000_BEEF, 0xFEED_0000), step: step, stream: stream)
    if uniform {
      unsafe vaedp_fill_uniform(&target, ids, ids.count, perRow, noise)
    } else {
      unsafe vaedp_fill_normal(&target, ids, ids.count, perRow, noise)
    }
    #expect(target[(ids.count * perRow)...].allSatisfy { $0.isNaN }, "written beyond the last row")
    return Array(target[..<(ids.count * perRow)])
  }
}
