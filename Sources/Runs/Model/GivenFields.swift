internal import Evaluation
public import Examples
internal import GraphIR
internal import Models

extension TrainedModel {
  /// What draws from the model are given, where it reads fields beside its latents.
  ///
  /// - Parameter words: values of fields, as of `givenFields`.
  /// - Returns: nil where it reads none.
  /// - Throws: as `givenFields`.
  public func given(_ words: [String], count: Int) throws(RunError) -> ExampleSource? {
    let read = runner.model.samplingGraph(rows: 1).inputs.map(\.name)
    return try givenFields(
      words, of: runner.model.fields.filter { read.contains($0.name) }, count: count)
  }
}

/// Fields whose values somebody says, for so many examples.
///
/// - Parameters:
///   - words: `label=3`, a class by its name, or `age=0.5`, a field's numbers with commas between them: the same for all
///     examples. Examples go through all classes of a field that is not named.
///   - fields: those that are read.
/// - Returns: nil where none is read.
/// - Throws: `RunError.wrongField` for another field, a class that is none, or numbers that are missing or too many.
package func givenFields(
  _ words: [String], of fields: [Field], count: Int
) throws(RunError) -> ExampleSource? {
  var values: [String: String] = [:]
  for word in words {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    guard parts.count == 2, fields.contains(where: { $0.name == name }) else {
      let known = fields.map { "\($0.name)=…" }.joined(separator: ", ")
      throw RunError(
        code: .wrongField, object: "--given \(word)",
        expected: known.isEmpty ? "nothing, as the model reads no field here" : known,
        found: "\"\(word)\"", remedy: "Leave it out, or name a field that the model reads.")
    }
    values[name] = String(parts[1])
  }
  if fields.isEmpty { return nil }
  var sources: [(name: String, source: any FieldSource)] = []
  for field in fields {
    sources.append((field.name, try givenField(field, values[field.name], count: count)))
  }
  return ExampleSource(sources)
}

private func givenField(
  _ field: Field, _ value: String?, count: Int
) throws(RunError) -> any FieldSource {
  func problem(_ expected: String) -> RunError {
    RunError(
      code: .wrongField, object: "--given \(field.name)", expected: expected,
      found: value.map { "\"\($0)\"" } ?? "nothing",
      remedy: "Write --given \(field.name)=\(field.classes?.first ?? "…").")
  }
  if let classes = field.classes {
    guard let value else {
      return ClassExamples((0..<count).map { Int32($0 % classes.count) }, names: classes)
    }
    guard let index = classes.firstIndex(of: value) else {
      let few = classes.prefix(12).joined(separator: ", ") + (classes.count > 12 ? ", …" : "")
      throw problem("one of \(classes.count) classes: \(few)")
    }
    return ClassExamples([Int32](repeating: Int32(index), count: count), names: classes)
  }
  let parts = (value ?? "").split(separator: ",", omittingEmptySubsequences: false)
  let numbers = parts.compactMap { Float($0) }.filter(\.isFinite)
  guard numbers.count == parts.count, numbers.count == field.size else {
    throw problem("\(field.size) numbers with commas between them")
  }
  return DenseExamples((0..<count).flatMap { _ in numbers }, shape: field.shape)
}
