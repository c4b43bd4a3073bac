internal import Glibc
package import HDF5

/// Four noisy channels that watch one oscillator, some of them with an anomaly.
///
/// The state is a point in the plane that turns by ω and stays near the circle: with R the rotation by an angle,
///
///     h₀ ~ N(0, I),  h_t = 0.995 R(ω) h_{t−1} + 0.1 e_t,  y_t = (h¹, h², h¹ + h² , h¹ − h²) + 0.05 n_t,  e, n ~ N(0, I)
///
/// where 2π/ω, the period, is uniform on 8…32 steps. One series in ten has an anomaly in 8…15 steps from t = 16…47 on: a
/// `shift` adds 3 to one channel, a `dropout` sets all channels to their noise, and a `tempo` turns the state by 3ω.
/// `x` `[N, 64, 4]` float32, `labels` the kinds, `anomaly` `[N, 64]` uint8 marks its steps, `period` `[N]`, `states` `[N, 64, 2]`.
package struct OscillatorSeries: ProceduralSet {
  package static let name = "series"
  package static let meaning =
    "Time series of four channels that watch a noisy oscillator of known period, one in ten with a labelled anomaly."
  package static let kinds = ["normal", "shift", "dropout", "tempo"]
  static let length = 64
  package let count: Int
  private let seed: Int

  package init(size: Int, seed: Int) { (count, self.seed) = (size, seed) }

  package func fill(_ file: HDF5File, _ progress: (Int, Int) throws -> Void) throws {
    var (x, states, periods): ([Float], [Float], [Float]) = ([], [], [])
    var (labels, marks): ([Int32], [UInt8]) = ([], [])
    for row in 0..<count {
      var draws = Draws(seed: seed, row: row)
      let period = 8 + 24 * draws.uniform()
      let kind = draws.uniform() < 0.1 ? 1 + draws.below(3) : 0
      let first = 16 + draws.below(32)
      let steps = first..<first + 8 + draws.below(8)
      let channel = draws.below(4)
      var h = (draws.normal(), draws.normal())
      for t in 0..<Self.length {
        let isOdd = kind != 0 && steps.contains(t)
        if t > 0 {
          let angle = 2 * .pi / period * (isOdd && kind == 3 ? 3 : 1)
          h = (
            0.995 * (cos(angle) * h.0 - sin(angle) * h.1) + 0.1 * draws.normal(),
            0.995 * (sin(angle) * h.0 + cos(angle) * h.1) + 0.1 * draws.normal()
          )
        }
        var y = [h.0, h.1, h.0 + h.1, h.0 - h.1]
        if isOdd, kind == 2 { y = [0, 0, 0, 0] }
        if isOdd, kind == 1 { y[channel] += 3 }
        x += y.map { Float($0 + 0.05 * draws.normal()) }
        states += [Float(h.0), Float(h.1)]
        marks.append(isOdd ? 1 : 0)
      }
      periods.append(Float(period))
      labels.append(Int32(kind))
      if row % 256 == 0 { try progress(row, count) }
    }
    let n = Self.length
    try file.write("x", shape: [count, n, 4], values: x.span, deflate: 4)
    try file.write("labels", classes: labels, Self.kinds)
    try file.write("anomaly", shape: [count, n], values: marks.span, deflate: 4)
    try file.write("states", shape: [count, n, 2], values: states.span, deflate: 4)
    try file.write("period", shape: [count], values: periods.span, deflate: 4)
  }
}
