internal import CKernels
internal import GraphIR
internal import KernelCalls

extension Call<Place> {
  func prepared(
    _ distribution: NoiseDistribution, stream: Int, _ rows: NoiseRows, count: Int, perRow: Int
  ) -> PreparedCall {
    let result = results[0]
    if distribution == .permutation {
      return PreparedCall { run in
        unsafe vaedp_fill_permutations(
          run.address(result), count, perRow, vaedp_noise(run.noise, stream))
        return true
      }
    }
    let fill = unsafe distribution == .standardNormal ? vaedp_fill_normal : vaedp_fill_uniform
    return PreparedCall { run in
      let (target, noise) = unsafe (run.address(result), vaedp_noise(run.noise, stream))
      switch rows {
      case .examples: unsafe fill(target, run.ids, count, perRow, noise)
      case .numbered(let first):
        for row in 0..<count {
          var id = UInt32(first + row)
          unsafe fill(target + row * perRow, &id, 1, perRow, noise)
        }
      }
      return true
    }
  }
}

extension vaedp_noise {
  fileprivate init(_ key: NoiseKey, _ stream: Int) {
    let words = (UInt32(truncatingIfNeeded: key.seed), UInt32(truncatingIfNeeded: key.seed >> 32))
    self.init(key: words, step: key.step, stream: UInt32(stream))
  }
}
