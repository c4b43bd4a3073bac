internal import Glibc
internal import HDF5

/// Writes an HDF5 file that appears under its name only when it is whole and on the disk.
///
/// It grows as `path.partial` in the same folder; an interrupted run leaves that at most, and the
/// next one replaces it.
/// - Parameters:
///   - path: The file to be.
///   - replacing: Whether a file of this name may be replaced.
///   - body: Fills the file; if it throws, nothing is left.
/// - Throws: `DatasetError.alreadyExists`, `.inputOutput`; `HDF5Error`; what `body` throws.
func writeAtomically(
  to path: String, replacing: Bool, _ body: (HDF5File) throws -> Void
) throws {
  guard unsafe replacing || access(path, F_OK) != 0 else {
    throw DatasetError(
      code: .alreadyExists, file: path, object: "", expected: "no file", found: "one",
      remedy: "Choose another name with --output FILE, or write over it with --replace.")
  }
  let staging = path + ".partial"
  if unsafe unlink(staging) != 0, errno != ENOENT { throw failure("remove", staging) }
  do {
    let file = try HDF5File.create(at: staging)
    try body(file)
    try file.close()
    try synchronize(staging)
    guard unsafe rename(staging, path) == 0 else { throw failure("rename", staging) }
  } catch {
    unsafe _ = unlink(staging)
    throw error
  }
  try synchronize(folder(of: path))  // The new name survives a power cut as well.
}

/// Waits until a file's or folder's content is on the disk.
private func synchronize(_ path: String) throws(DatasetError) {
  let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw failure("open", path) }
  let (status, reason) = (fsync(descriptor), errno)
  guard close(descriptor) == 0, status == 0 else {
    throw failure("synchronise", path, status == 0 ? errno : reason)
  }
}

private func folder(of path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}

private func failure(_ action: String, _ path: String, _ reason: Int32 = errno) -> DatasetError {
  DatasetError(
    code: .inputOutput, file: path, object: "", expected: "to \(action) the file",
    found: unsafe String(cString: strerror(reason)),
    remedy: "Check the free space and the permissions of the folder.")
}
