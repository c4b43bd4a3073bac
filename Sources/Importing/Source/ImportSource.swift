internal import Files
internal import Glibc

/// A file or a folder that is to be imported, and what of it tells its format.
public struct ImportSource: Sendable {
  /// Where it is.
  public let path: String
  /// Whether it is a folder.
  public let isFolder: Bool
  /// Bytes of a file, as it is stored.
  public let size: Int
  /// The first 512 bytes of a file, unpacked where they are gzip-compressed.
  public let firstBytes: [UInt8]
  /// What its name ends in, in lower case, without the dot, and without `.gz`: `csv` of `A.CSV.gz`.
  public let suffix: String

  /// Looks at a path.
  ///
  /// - Throws: `ImportError` where nothing is there, or nothing that can be read.
  public init(_ path: String) throws(ImportError) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else {
      let number = errno
      throw ImportError(
        code: number == ENOENT ? .missingFile : .inputOutput, file: path,
        expected: "a file or a folder", found: unsafe String(cString: strerror(number)),
        remedy: "Check the path.")
    }
    self.path = path
    size = Int(status.st_size)
    isFolder = status.st_mode & S_IFMT == S_IFDIR
    var name = path.split(separator: "/").last.map { $0.lowercased() } ?? ""
    if name.hasSuffix(".gz") { name.removeLast(3) }
    suffix = name.lastIndex(of: ".").map { String(name[name.index(after: $0)...]) } ?? ""
    firstBytes = isFolder ? [] : try ByteStream(path).some(512)
  }

  /// The path of a file in the folder.
  func file(_ name: String) -> String { path.hasSuffix("/") ? path + name : "\(path)/\(name)" }

  /// An error about the source, or about a file or place in it.
  public func problem(
    _ code: ImportFault, at place: String = "", _ expected: String, _ found: String,
    _ remedy: String
  ) -> ImportError {
    ImportError(
      code: code, file: path, object: place, expected: expected, found: found, remedy: remedy)
  }
}
