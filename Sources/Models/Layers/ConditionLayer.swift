internal import Configuration
internal import Examples
internal import GraphIR

/// Joins a field of the example to what arrives: behind flat features, or as further channels of every pixel. A class
/// is joined as a one-hot vector.
///
/// - Source: Sohn, Lee & Yan, "Learning Structured Output Representation using Deep Conditional Generative
///   Models", NeurIPS 2015, section 4.1.
struct ConditionLayer: Layer {
  static let key = "condition"
  static let meaning =
    "Joins a field of the example to what arrives: behind flat features, or as further "
    + "channels of every pixel; a class as a one-hot vector. Sohn et al., NeurIPS 2015."
  /// The field's name.
  let field: String

  init(reading options: inout ObjectReader) throws(ConfigurationError) {
    field = try options.string(
      "field", default: "label",
      "The field's name.")
  }

  var fieldName: String? { field }

  func outputShape(of input: [Int], fields: [Field]) throws(Misfit) -> [Int] {
    guard let found = fields.first(where: { $0.name == field }) else {
      throw Misfit(
        expected: "data with a field \"\(field)\"",
        found: "the fields " + fields.map { "\"\($0.name)\"" }.joined(separator: ", "),
        remedy: field == "label"
          ? "Name the dataset of the labels at data.labels."
          : "Name its dataset at data.fields.\(field).")
    }
    guard found.shape.count == 1 else {
      throw Misfit(
        expected: "a field of flat numbers or classes", found: "\(found.shape)",
        remedy: "Choose another field.")
    }
    return input.dropLast() + [input[input.count - 1] + found.shape[0]]
  }

  func emit(_ x: Expression, name: String) -> Expression {
    guard let condition = x.emission.field(field) else {
      preconditionFailure(
        "ConditionLayer: no field \(field), which was there when the model was read")
    }
    // Rows are samples of examples, one after another.
    let samples = x.shape[0] / condition.shape[0]
    let count = condition.shape[1]
    let rows = condition.inserting(axis: 1)
      .repeated(to: [condition.shape[0], samples, count]).samplesAsRows
    let pixels = x.shape.extents.dropFirst().dropLast()
    let spread = rows.reshaped(Shape([x.shape[0]] + pixels.map { _ in 1 } + [count]))
      .repeated(to: Shape([x.shape[0]] + pixels + [count]))
    return .concatenated([x, spread], axis: x.shape.rank - 1)
  }
}
