internal import Files
internal import HDF5

/// A way in which a file may hold a field of the examples.
///
/// A reader is one file, with a type that conforms, and one line in `datasetFormats`.
protocol DatasetFormat: Sendable {
  /// Reads an object that is held in this way.
  ///
  /// - Returns: nil where it is held in another, which may be none.
  /// - Throws: `DatasetError` for what is wrong with an object of this format, naming it; `HDF5Error` for what the
  ///   file itself has.
  static func open(_ request: DatasetRequest) throws -> (any StoredExamples)?
}

/// All that are known, in the order in which they are asked. The last refuses what it cannot read.
private let datasetFormats: [any DatasetFormat.Type] = [
  CSRFormat.self, CategoricalFormat.self, ClassListFormat.self, DenseFormat.self,
]

/// An object in a file that is to be read, and how.
final class DatasetRequest {
  let filePath: String
  /// The object's path inside it.
  let name: String
  let kind: FieldKind
  let layout: ImageLayout
  let scale: Double?
  let missingChunks: MissingChunkRule
  /// Bytes beyond which rows are read in the background.
  let readAtOnce: Int
  /// Where it may take memory from; nil for all that it needs.
  let memory: MemoryBudget?
  private var file: HDF5File?

  init(
    file: String, name: String, kind: FieldKind, layout: ImageLayout, scale: Double?,
    missingChunks: MissingChunkRule, readAtOnce: Int, memory: MemoryBudget?
  ) {
    (filePath, self.name, self.kind) = (file, name, kind)
    (self.layout, self.scale) = (layout, scale)
    (self.missingChunks, self.readAtOnce, self.memory) = (missingChunks, readAtOnce, memory)
  }

  /// The file as one of HDF5, opened on first use.
  func hdf5() throws -> HDF5File {
    if let file { return file }
    guard !isMissing(filePath) else {
      throw DatasetError(
        code: .missingFile, file: filePath, object: "", expected: "an HDF5 file",
        found: "no file of this name",
        remedy: "Make one with 'vae-dp data mnist --from DIR -o \(filePath)' or "
          + "'vae-dp data sprites -o \(filePath)', or with h5py.")
    }
    let opened = try HDF5File(reading: filePath)
    file = opened
    return opened
  }

  /// An error about the object, or about a member of it.
  func problem(
    _ code: DatasetError.Code, member: String = "", _ expected: String, _ found: String,
    _ remedy: String
  ) -> DatasetError {
    DatasetError(
      code: code, file: filePath, object: member.isEmpty ? name : "\(name)/\(member)",
      expected: expected, found: found, remedy: remedy)
  }

  /// Reads it in the first format that it has.
  func open() throws -> any StoredExamples {
    for format in datasetFormats {
      if let found = try format.open(self) { return found }
    }
    preconditionFailure("the last format takes or refuses \(name) of \(filePath)")
  }
}
