public import Files
internal import Glibc

extension HDF5File {
  /// Writes a file that a user asked for: it appears under its name when it is whole and on the disk, and a
  /// failure leaves what was there before.
  ///
  /// - Parameter fill: fills the file.
  /// - Throws: `OutputError` where the system refuses; `HDF5Error`; what `fill` throws.
  public static func write(to path: String, _ fill: (HDF5File) throws -> Void) throws {
    try writeOutput(to: path) { staging in
      let file = try HDF5File.create(at: staging)
      try fill(file)
      try file.close()
    }
  }
}

extension HDF5Error: SystemFailure {
  /// The number of the operating system's error behind it; nil where the file's content is wrong.
  public var systemErrorNumber: Int32? {
    guard isSystemFailure else { return nil }
    return detail.firstMatch(of: /errno = (\d+)/).flatMap { Int32($0.1) }
  }
}

extension HDF5File {
  /// As `write(to:_:)`, where a file of this name is only replaced if that is wanted.
  ///
  /// - Throws: As that one; `.alreadyExists`.
  public static func write(
    to path: String, replacing: Bool, _ fill: (HDF5File) throws -> Void
  ) throws {
    guard unsafe replacing || Glibc.access(path, F_OK) != 0 else {
      throw HDF5Error(
        code: .alreadyExists, file: path, object: "", expected: "no file", found: "one",
        remedy: "Choose another name with --output FILE, or write over it with --replace.")
    }
    try write(to: path, fill)
  }
}
