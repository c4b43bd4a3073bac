/// Reads fields of examples from files, each as the first of `datasetFormats` that it has.
public enum DatasetReader {
  /// Opens a field of examples.
  ///
  /// A dataset of numbers is read into memory as it is stored (`DenseFormat`): one of more than 16 MiB in the
  /// background, so that what is wrong with its values is thrown by `load` and `finishReading` of the result instead
  /// of here. A sparse matrix stays sparse (`CSRFormat`, `CSCFormat`, `TenXFormat`, `MATLABSparseFormat`). Integers, texts
  /// and categories are classes (`ClassListFormat`, `CategoricalFormat`, `NullableFormat`) where `kind` allows it.
  /// - Parameters:
  ///   - file: Path of the file.
  ///   - dataset: Path inside it, for example `train/images`.
  ///   - kind: What is wanted of it.
  ///   - layout: Where the channels of images are; `.auto` asks the attribute `layout`.
  ///   - scale: What values are multiplied by. Without it the attribute `scale` decides, and without
  ///     that 1/255 for bytes of the data of which one is above 1, else 1; for that all bytes are read here.
  ///   - missingChunks: What becomes of chunks that the file does not hold.
  ///   - memory: What it may take; data that need more are read anew in every epoch. Nil: all that they need.
  /// - Throws: `DatasetError` for a missing file, a shape, type or attribute that does not fit, or a
  ///   value that is not finite, with its row; `HDF5Error` for what the file itself has.
  public static func open(
    file: String, dataset: String, as kind: FieldKind = .data, layout: ImageLayout = .auto,
    scale: Double? = nil, missingChunks: MissingChunkRule = .refuse, memory: MemoryBudget? = nil
  ) throws -> any StoredExamples {
    try open(
      file: file, dataset: dataset, as: kind, layout: layout, scale: scale,
      missingChunks: missingChunks, readAtOnce: 16 << 20, memory: memory)
  }

  /// As above, where data sets of more than `readAtOnce` bytes are read in the background.
  package static func open(
    file: String, dataset: String, as kind: FieldKind = .data, layout: ImageLayout = .auto,
    scale: Double? = nil, missingChunks: MissingChunkRule = .refuse, readAtOnce: Int,
    memory: MemoryBudget? = nil
  ) throws -> any StoredExamples {
    try DatasetRequest(
      file: file, name: dataset, kind: kind, layout: layout, scale: scale,
      missingChunks: missingChunks, readAtOnce: readAtOnce, memory: memory
    ).open()
  }

  /// Objects that may be opened with one, and need not be there.
  public static func companions(of dataset: String) -> [String] {
    CategoricalFormat.olderCategories(of: dataset).map { [$0] } ?? []
  }

  /// The attributes that reading a data set asks for by name.
  public static let attributes = StoredAttribute.allCases.map(\.rawValue)
}
