internal import HDF5

/// What becomes of chunks of a dataset that its file does not hold.
///
/// The file does not tell whether they were left out on purpose, never written or lost: a fill value
/// that is defined says nothing, since netCDF defines one for every dataset. So the reader says it.
public enum MissingChunkRule: String, Hashable, Sendable, CaseIterable {
  /// The dataset is refused.
  case refuse
  /// They are read as the dataset's fill value, which is 0 unless the file defines another.
  case fill
}

extension MissingChunks {
  /// `3 of 40 not in the file`.
  var text: String { "\(count) of \(total) not in the file" }

  /// What to do about them.
  static let remedy =
    "They would be read as the fill value. Write the dataset again, whole; if they were left out on "
    + "purpose, allow it: \"missingChunks\": \"fill\" in the section data."
}

extension MissingChunkRule {
  /// Throws where chunks of a dataset are missing and are not to be filled.
  func check(_ dataset: String, of file: HDF5File, _ filePath: String) throws {
    guard self == .refuse, let missing = try file.missingChunks(of: dataset) else { return }
    throw DatasetError(
      code: .incomplete, file: filePath, object: dataset, expected: "all chunks of the dataset",
      found: missing.text, remedy: MissingChunks.remedy)
  }
}
