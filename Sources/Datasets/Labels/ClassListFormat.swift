internal import Examples
internal import HDF5

/// Datasets `[N]` or `[N, 1]` of integers or texts as classes, which need not be 0, 1, 2, …: classes are the values that
/// there are, in ascending order, called as they are written.
///
/// Where a dataset of integers has the attribute `classes`, a list of texts, they are places in it. An enumeration's
/// classes are its members, called by their names, in the order of their numbers.
enum ClassListFormat: DatasetFormat {
  /// More would be numbers.
  static let largestCount = 1 << 16

  static func open(_ request: DatasetRequest) throws -> (any StoredExamples)? {
    guard [.any, .classes].contains(request.kind) else { return nil }
    if try request.members() != nil { return nil }
    let file = try request.hdf5()
    let info = try file.info(request.name)
    let (isList, isText) = (try request.isList(info), info.elementType == .string)
    guard isList, isText || info.elementType.isInteger else {
      if request.kind == .any { return nil }
      throw request.problem(
        isList ? .wrongType : .wrongShape,
        "one class for each example: integers of at most 63 bits or texts, [N]",
        "\(info.elementType) of shape \(info.shape)",
        "Name the dataset of the classes, or read it as \"numbers\".")
    }
    try request.requireList(info, bytesPerRow: isText ? 64 : 16)
    if isText { return try classes(of: try file.readStrings(request.name), request) }
    let values = try request.integers(request.name)
    if info.elementType == .enumeration {
      return try request.classes(values, of: try file.enumeration(of: request.name))
    }
    guard let attribute = try file.attribute(.classes, of: request.name) else {
      return try classes(of: values, request)
    }
    guard case .strings(let names) = attribute else {
      throw request.problem(
        .wrongAttribute, "a list of texts as the attribute 'classes'", "\(attribute)",
        "Correct the attribute.")
    }
    return try request.classes(values, named: names, place: "the attribute 'classes'")
  }

  /// The distinct values, ascending, as classes.
  private static func classes<Label: Hashable & Comparable & LosslessStringConvertible>(
    of labels: [Label], _ request: DatasetRequest
  ) throws -> ClassExamples {
    var places: [Label: Int32] = [:]
    let found = try labels.map { label in
      if let place = places[label] { return place }
      guard places.count < largestCount else {
        throw request.problem(
          .wrongShape, "at most \(largestCount) classes", "more distinct values",
          "Read it as \"numbers\", or name another dataset.")
      }
      let place = Int32(places.count)
      places[label] = place
      return place
    }
    let sorted = places.keys.sorted()
    var order = [Int32](repeating: 0, count: sorted.count)
    for (place, label) in sorted.enumerated() { order[Int(places[label] ?? 0)] = Int32(place) }
    return ClassExamples(found.map { order[Int($0)] }, names: sorted.map { "\($0)" })
  }
}
