/// A way in which a file may hold a field of the examples.
///
/// A reader is one file, with a type that conforms, and one line in `datasetFormats`.
protocol DatasetFormat: Sendable {
  /// What an object that is held in this way has to offer as data, by what the file says without its values.
  ///
  /// - Returns: nil where it is held in another way, which may be none.
  /// - Throws: As `open`.
  static func outline(_ request: DatasetRequest) throws -> ExampleOutline?

  /// Reads an object that is held in this way.
  ///
  /// - Returns: nil where it is held in another, which may be none.
  /// - Throws: `DatasetError` for what is wrong with an object of this format, naming it; `HDF5Error` for what the
  ///   file itself has.
  static func open(_ request: DatasetRequest) throws -> (any StoredExamples)?
}

extension DatasetFormat {
  /// Nothing: of this format are labels and other fields.
  static func outline(_ request: DatasetRequest) throws -> ExampleOutline? { nil }
}

/// All that are known, in the order in which they are asked. The last refuses what it cannot read.
private let datasetFormats: [any DatasetFormat.Type] = [
  TenXFormat.self, MATLABSparseFormat.self, CSRFormat.self, CSCFormat.self, CategoricalFormat.self,
  NullableFormat.self, ClassListFormat.self, DenseFormat.self,
]

/// Examples that an object holds, without their values.
struct ExampleOutline: Hashable, Sendable {
  /// How many there are.
  var count: Int
  /// Extents of one, channels last.
  var shape: [Int]
  /// Whether they are held by their non-zeros.
  var isSparse = false
  /// What to know about them; nil where nothing is unusual.
  var note: String?
}

extension DatasetRequest {
  /// Reads the object in the first format that it has.
  func open() throws -> any StoredExamples {
    for format in datasetFormats {
      if let found = try format.open(self) { return found }
    }
    preconditionFailure("the last format takes or refuses \(name) of \(filePath)")
  }

  /// What the object has to offer as data; nil for a group that is in no format.
  func outline() throws -> ExampleOutline? {
    for format in datasetFormats {
      if let found = try format.outline(self) { return found }
    }
    return nil
  }
}
