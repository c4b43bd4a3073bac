internal import Configuration
internal import Examples
internal import GraphIR

/// `x · weightᵀ + bias`, with weight `[units, in]`.
struct DenseLayer: Layer {
  static let key = "dense"
  static let meaning = "`[D]` → `[units]`: x · weightᵀ + bias."
  let units: Int

  init(reading options: inout ObjectReader) throws(ConfigurationError) {
    units = try options.integer(
      "units", in: SizeLimit.units,
      "Features of the result.")
  }

  func outputShape(of input: [Int], fields: [Field]) throws(Misfit) -> [Int] {
    guard input.count == 1 else {
      throw Misfit(
        expected: "flat data [features] for \"dense\"", found: "\(input)",
        remedy: "add \"flatten\" before it")
    }
    return [units]
  }

  func emit(_ x: Expression, name: String) -> Expression {
    x.dense(units: units, name: name)
  }
}
