internal import Datasets
internal import Examples
internal import Host

/// How the datasets of a configuration are opened as examples.
struct ExampleOpening {
  let configuration: DataConfiguration
  /// What all that is opened may take of memory; nil for any amount.
  private let memory: MemoryBudget?

  init(configuration: DataConfiguration) {
    self.configuration = configuration
    let byteCount = configuration.memory ?? availableMemory().map { $0 / 2 }
    memory = byteCount.map(MemoryBudget.init(byteCount:))
  }

  /// What examples have to be like.
  struct Likeness {
    /// The fields that they must have.
    var fields: [Field]
    /// Why, behind "examples of shape …".
    var reason: String
    /// What to do where the data have another shape.
    var remedy: String
  }

  /// Opens examples with all their fields.
  ///
  /// - Returns: the examples, data first, and what stored numbers of the data are multiplied by.
  /// - Throws: `DatasetError` or `HDF5Error` naming the dataset and what is wrong with it.
  func open(
    _ place: ExamplePlace, like wanted: Likeness? = nil
  ) throws -> (source: ExampleSource, scale: Double) {
    let data = try DatasetReader.open(
      file: configuration.file, dataset: place.dataset, layout: configuration.layout,
      scale: configuration.scale, missingChunks: configuration.missingChunks, memory: memory)
    let shape = wanted?.fields.first { $0.name == Field.data }?.shape
    if let wanted, let shape, data.exampleShape != shape {
      throw problem(
        .wrongShape, place.dataset, "examples of shape \(shape), \(wanted.reason)",
        "\(data.exampleShape)", wanted.remedy)
    }
    var fields: [(name: String, source: any FieldSource)] = [(Field.data, data)]
    for field in place.fields {
      let source = try open(field, like: wanted)
      guard source.exampleCount == data.exampleCount else {
        throw problem(
          .wrongShape, field.dataset,
          "\(data.exampleCount) rows, one for each example of \(place.dataset)",
          "\(source.exampleCount)",
          "Name the dataset of the same examples as the field \(field.name).")
      }
      fields.append((field.name, source))
    }
    return (ExampleSource(fields), Double(data.scale))
  }

  private func open(_ field: FieldPlace, like wanted: Likeness?) throws -> any FieldSource {
    let expected = wanted?.fields.first { $0.name == field.name }
    let kind: FieldKind = expected.map { $0.classes == nil ? .numbers : .classes } ?? field.kind
    let source = try DatasetReader.open(
      file: configuration.file, dataset: field.dataset, as: kind, layout: configuration.layout,
      missingChunks: configuration.missingChunks, memory: memory)
    guard let wanted, let expected else { return source }
    if let classes = expected.classes, let labels = source as? ClassExamples {
      return try renamed(labels, to: classes, field, wanted.reason)
    }
    guard source.exampleShape == expected.shape else {
      throw problem(
        .wrongShape, field.dataset,
        "the field \(field.name) of shape \(expected.shape), \(wanted.reason)",
        "\(source.exampleShape)", "Name another dataset as the field \(field.name).")
    }
    return source
  }

  /// Labels among the classes that are known; a class that is none of these is told.
  private func renamed(
    _ labels: ClassExamples, to classes: [String], _ field: FieldPlace, _ reason: String
  ) throws -> ClassExamples {
    if let labels = labels.renamed(to: classes) { return labels }
    let known = Set(classes)
    let row = labels.indices.firstIndex { !known.contains(labels.names[Int($0)]) } ?? 0
    let few = classes.prefix(8).joined(separator: ", ") + (classes.count > 8 ? ", …" : "")
    throw problem(
      .unsupportedValue, field.dataset,
      "one of \(classes.count) classes for the field \(field.name), \(reason): \(few)",
      "\(labels.names[Int(labels.indices[row])]) in row \(row)",
      "Leave such examples out, or train on examples that have the class.")
  }

  private func problem(
    _ code: DatasetError.Code, _ dataset: String, _ expected: String, _ found: String,
    _ remedy: String
  ) -> DatasetError {
    DatasetError(
      code: code, file: configuration.file, object: dataset, expected: expected, found: found,
      remedy: remedy)
  }
}
