internal import HDF5

/// One class for each example: places in a list of names, which the dataset carries as its attribute `classes`.
public final class ClassWriter: ImportPart {
  private let file: HDF5File
  private let name: String
  private let codes: RowWriter<Int32>
  private var places: [String: Int32] = [:]
  /// The classes so far, in the order in which they came.
  public private(set) var names: [String] = []

  init(_ file: HDF5File, _ name: String) throws {
    (self.file, self.name) = (file, name)
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

  func finish() throws {
    try codes.finish()
    try file.setAttribute("classes", of: name, to: .strings(names))
  }

  var summary: ImportSummary.Dataset {
    ImportSummary.Dataset(
      name: name, shape: [codes.count], content: "\(names.count) classes")
  }
}
