public import Files

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
