internal import HDF5

/// One class for each example: places in a list of names, which the dataset carries as its attribute `classes`.
public final class ClassWriter: ImportPart {
  private let file: HDF5File
  private let name: String
  private let codes: RowWriter<Int32>
  private var places: [String: Int32] = [:]
  /// The classes so far: those that it began with, then others in the order in which they came.
  public private(set) var names: [String]

  init(_ file: HDF5File, _ name: String, _ names: [String]) throws {
    (self.file, self.name, self.names) = (file, name, names)
    for (place, name) in names.enumerated() { places[name] = Int32(place) }
    codes = try RowWriter(file, name, [], deflate: 4)
  }

  /// Appends the class of an example.
  public func append(_ name: String) throws {
    if let place = places[name] { return try codes.append(CollectionOfOne(place)) }
    let place = Int32(names.count)
    places[name] = place
    names.append(name)
    try codes.append(CollectionOfOne(place))
  }

  /// Appends classes by their places in `names`.
  ///
  /// - Precondition: They are places.
  public func append(places: [Int32]) throws {
    precondition(
      places.allSatisfy { names.indices.contains(Int($0)) }, "\(name): a place of \(names.count)")
    try codes.append(places)
  }

  func finish() throws {
    try codes.finish()
    try file.setAttribute("classes", of: name, to: .strings(names))
  }

  var summary: ImportSummary.Dataset {
    ImportSummary.Dataset(
      name: name, shape: [codes.count], content: "\(names.count) classes")
  }
}
