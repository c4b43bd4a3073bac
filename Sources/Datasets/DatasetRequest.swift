internal import Files
internal import HDF5

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

  /// - Parameter opened: The file, where it is open already.
  init(
    file: String, opened: HDF5File? = nil, name: String, kind: FieldKind = .data,
    layout: ImageLayout = .auto, scale: Double? = nil, missingChunks: MissingChunkRule = .refuse,
    readAtOnce: Int = .max, memory: MemoryBudget? = nil
  ) {
    (filePath, self.file, self.name, self.kind) = (file, opened, name, kind)
    (self.layout, self.scale) = (layout, scale)
    (self.missingChunks, self.readAtOnce, self.memory) = (missingChunks, readAtOnce, memory)
  }

  /// The same of a member of the object, which is a group.
  func member(_ member: String) -> DatasetRequest {
    DatasetRequest(
      file: filePath, opened: file, name: "\(name)/\(member)", kind: kind, layout: layout,
      scale: scale, missingChunks: missingChunks, readAtOnce: readAtOnce, memory: memory)
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

  /// The names in the object, where it is a group; nil where it is a dataset.
  func members() throws -> [String]? {
    let file = try hdf5()
    return try file.isGroup(name) ? try file.children(of: name) : nil
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
}
