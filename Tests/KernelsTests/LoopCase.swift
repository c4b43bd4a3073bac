import GraphIR
import KernelCalls
import Kernels

/// One element-wise loop on memory with sentinels around every array, and its result in double.
///
/// It computes p = a · b and q = p + ½, stores p dense and q with its axes reversed, and sums q over
/// some axes. `a` is dense, `b` is repeated along some axes, and a third load, seen through a slice of
/// a larger array, is stored as it is.
struct LoopCase: Sendable, CustomStringConvertible {
  var extents: [Int]
  /// Axes along which `b` repeats.
  var repeated: Set<Int>
  /// Axes that the sum runs over.
  var summed: Set<Int>
  /// Whether p is stored over `a`.
  var isInPlace = false

  var description: String {
    "\(extents), repeated \(repeated.sorted()), summed \(summed.sorted())\(isInPlace ? ", in place" : "")"
  }

  static let all: [LoopCase] = [
    [1], [3], [16], [1023], [1024], [1025], [5000], [3, 17], [7, 1023], [5, 1024], [3, 1025],
    [300, 5], [1100, 1], [1, 70], [2, 3, 5], [40, 50, 3], [3, 2, 2050], [2, 3, 4, 5],
    [2, 1, 3, 2, 2, 3], [77, 16], [50, 40], [33, 96], [9, 131],
  ].flatMap { (extents: [Int]) in
    let axes = extents.indices
    let choices: [Set<Int>] =
      [Set(axes)] + axes.map { [$0] } + axes.map { Set(axes).subtracting([$0]) } + [[]]
    return zip(choices, choices.reversed()).flatMap { summed, repeated in
      [false, true].map {
        LoopCase(extents: extents, repeated: repeated, summed: summed, isInPlace: $0)
      }
    }
  }

  private var count: Int { extents.reduce(1, *) }

  /// Row-major strides over the axes that are not in `without`, 0 for those.
  private func strides(without: Set<Int> = []) -> [Int] {
    var (result, next) = ([Int](repeating: 0, count: extents.count), 1)
    for axis in extents.indices.reversed() where !without.contains(axis) {
      (result[axis], next) = (next, next * extents[axis])
    }
    return result
  }

  /// Strides of an array whose axes are stored in reverse.
  private var reversedStrides: [Int] {
    var (result, next) = ([Int](repeating: 0, count: extents.count), 1)
    for axis in extents.indices { (result[axis], next) = (next, next * extents[axis]) }
    return result
  }

  /// Strides of a slice: twice as far along every axis, as in an array of twice the last extent.
  private var sliceStrides: [Int] { strides().map { 2 * $0 } }

  private func size(without: Set<Int> = []) -> Int {
    extents.indices.reduce(1) { without.contains($1) ? $0 : $0 * extents[$1] }
  }

  /// What every array begins and ends with, in floats.
  static let gap = 24
  static let sentinel: Float = -123.25

  /// Runs the loop and says what is wrong; nil when all is well.
  func failure() throws -> String? {
    var memory = [Float](repeating: LoopCase.sentinel, count: LoopCase.gap)
    func array(_ values: [Float]) -> Int {
      defer { memory += values + [Float](repeating: LoopCase.sentinel, count: LoopCase.gap) }
      return memory.count
    }
    let a = array(numbers(count, seed: 1))
    let b = array(numbers(size(without: repeated), seed: 2))
    let c = array(numbers(2 * count, seed: 3))
    func result(_ size: Int) -> Int { array([Float](repeating: 77, count: size)) }
    let p = isInPlace ? a : result(count)
    let (q, s, d) = (result(count), result(size(without: summed)), result(count))
    let loop = Loop(
      extents: extents, loads: [strides(), strides(without: repeated), sliceStrides],
      functions: [
        .binary(.multiply, .load(0), .load(1)), .binary(.add, .result(0), .number(0.5)),
      ],
      stores: [
        LoopStore(.result(0), strides: strides()), LoopStore(.result(1), strides: reversedStrides),
        LoopStore(.result(1), strides: strides(without: summed), accumulates: true),
        LoopStore(.load(2), strides: strides()),
      ])
    let call = Call(
      .loop(loop), [a, b, c].map { Place(.outputs, $0) },
      results: [p, q, s, d].map { Place(.outputs, $0) })
    let expected = expected(memory, a: a, b: b, c: c, p: p, q: q, s: s, d: d)
    try run(call, on: &memory)
    for index in memory.indices {
      let isSum = index >= s && index < s + size(without: summed)
      // A sum of n numbers below 1.5 in magnitude, one after another: n roundings of a sum that is
      // at most 1.5 n, as many up as down.
      let n = Double(count)
      let limit = isSum ? n.squareRoot() * 0x1p-24 * 1.5 * n + 2e-7 : 2e-7
      if abs(Double(memory[index]) - expected[index]) > limit {
        return "\(self): float \(index) is \(memory[index]), not \(expected[index])"
      }
    }
    return nil
  }

  /// The whole memory after the loop, sentinels included, element by element.
  private func expected(
    _ memory: [Float], a: Int, b: Int, c: Int, p: Int, q: Int, s: Int, d: Int
  ) -> [Double] {
    var result = memory.map(Double.init)
    for index in 0..<size(without: summed) { result[s + index] = 0 }
    func offsets(_ strides: [Int]) -> [Int] {
      zip(extents, strides).reduce([0]) { starts, axis in
        starts.flatMap { start in (0..<axis.0).map { start + $0 * axis.1 } }
      }
    }
    let (dense, second) = (offsets(strides()), offsets(strides(without: repeated)))
    let (turned, slice) = (offsets(reversedStrides), offsets(sliceStrides))
    let sums = offsets(strides(without: summed))
    for i in 0..<count {
      let product = Double(memory[a + dense[i]]) * Double(memory[b + second[i]])
      result[p + dense[i]] = product
      result[q + turned[i]] = product + 0.5
      result[s + sums[i]] += product + 0.5
      result[d + dense[i]] = Double(memory[c + slice[i]])
    }
    return result
  }

  private func run(_ call: Call<Place>, on memory: inout [Float]) throws {
    let sequence = try KernelSequence([call], arenaCount: 0, workspace: Workspace())
    let isFine = unsafe memory.withUnsafeMutableBufferPointer { memory in
      let ids: [UInt32] = [0]
      return unsafe sequence.run(
        parameters: UnsafePointer(memory.baseAddress!), outputs: memory.baseAddress!, ids: ids,
        noise: NoiseKey(seed: 0, step: 0))
    }
    precondition(isFine, "a loop does not fail")
  }
}
