import Foundation

/// N(offset, weight·weightᵀ + σ²·I): what a linear decoder with Gaussian noise makes of z ~ N(0, I).
struct LinearGaussian {
  /// `[D][Z]`.
  var weight: [[Double]]
  /// `[D]`.
  var offset: [Double]
  /// σ².
  var variance: Double

  /// log p(x) in closed form, by the Cholesky factor of the covariance.
  func logDensity(_ x: [Double]) -> Double {
    let count = offset.count
    var factor = weight.map { row in weight.map { zip(row, $0).reduce(0) { $0 + $1.0 * $1.1 } } }
    for index in 0..<count { factor[index][index] += variance }
    for column in 0..<count {
      for row in column..<count {
        let known = (0..<column).reduce(0) { $0 + factor[row][$1] * factor[column][$1] }
        let rest = factor[row][column] - known
        factor[row][column] = row == column ? rest.squareRoot() : rest / factor[column][column]
      }
    }
    var total = -0.5 * Double(count) * log(2 * Double.pi)
    var solution: [Double] = []
    for row in 0..<count {
      let known = (0..<row).reduce(0) { $0 + factor[row][$1] * solution[$1] }
      solution.append((x[row] - offset[row] - known) / factor[row][row])
      total -= log(factor[row][row]) + 0.5 * solution[row] * solution[row]
    }
    return total
  }
}
