internal import Glibc
internal import HDF5

/// Writes a data set that a user asked for; it appears under its name when it is whole and on the disk.
///
/// - Parameters:
///   - path: The file to be.
///   - replacing: Whether a file of this name may be replaced.
///   - fill: Fills the file; if it throws, nothing is left.
/// - Throws: `DatasetError.alreadyExists`; `OutputError`; `HDF5Error`; what `fill` throws.
func writeDataset(
  to path: String, replacing: Bool, _ fill: (HDF5File) throws -> Void
) throws {
  guard unsafe replacing || access(path, F_OK) != 0 else {
    throw DatasetError(
      code: .alreadyExists, file: path, object: "", expected: "no file", found: "one",
      remedy: "Choose another name with --output FILE, or write over it with --replace.")
  }
  try HDF5File.write(to: path, fill)
}
