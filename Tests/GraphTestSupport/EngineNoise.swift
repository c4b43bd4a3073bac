internal import Glibc
package import GraphIR
package import GraphReference
internal import RandomStreams

/// The engine's draws for an interpreter: from the words of their counters, by the formulas of `Documentation/numerics.md`.
///
/// - Parameters:
///   - key: seed and purpose.
///   - ids: of the examples.
package func engineNoise(
  key: UInt64, step: UInt32, ids: [UInt32]
) -> (NoiseDistribution, Int, NoiseRows, Shape) -> Tensor {
  { distribution, stream, rows, shape in
    let width = shape.count / shape[0]
    func words(_ place: Int, _ id: UInt32) -> [UInt32] {
      let words = philox(counter: (UInt32(place), id, step, UInt32(stream)), key: key)
      return [words.0, words.1, words.2, words.3]
    }
    if distribution == .permutation {
      var result = Tensor(repeating: 0, shape: shape)
      for column in 0..<width {
        var order = Array(0..<shape[0])
        for last in (0..<shape[0]).dropFirst().reversed() {
          let random = words(last, UInt32(column))
          let word = UInt64(random[0]) << 32 | UInt64(random[1])
          order.swapAt(last, Int(word.multipliedFullWidth(by: UInt64(last + 1)).high))
        }
        for (row, number) in order.enumerated() { result[row * width + column] = Double(number) }
      }
      return result
    }
    let values = (0..<shape.count).map { position in
      let (row, j) = (position / width, position % width)
      let id =
        switch rows {
        case .examples: ids[row]
        case .numbered(let first): UInt32(first + row)
        }
      let words = words(j / 4, id)
      if distribution == .uniform { return Double(words[j % 4] >> 8) * 0x1p-24 }
      let (a, b) = j % 4 < 2 ? (words[0], words[1]) : (words[2], words[3])
      let radius = (-2 * log(Double((a >> 8) + 1) * 0x1p-24)).squareRoot()
      let angle = 2 * Double.pi * Double(b >> 8) * 0x1p-24
      return radius * (j % 2 == 0 ? cos(angle) : sin(angle))
    }
    return Tensor(shape: shape, values: values)
  }
}
