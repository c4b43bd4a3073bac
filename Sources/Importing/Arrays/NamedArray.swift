/// An array of NumPy in a file of its own, or in a zip file.
struct NamedArray {
  /// Its name, without `.npy`.
  let name: String
  let header: NumpyHeader
  private let openBytes: () throws(ImportError) -> any ByteSource

  /// - Parameters:
  ///   - mostBytes: What the file can hold at most.
  ///   - open: Gives it from its first byte.
  init(
    _ name: String, mostBytes: Int, open: @escaping () throws(ImportError) -> any ByteSource
  ) throws(ImportError) {
    let bytes = try open()
    (self.name, openBytes) = (name, open)
    header = try NumpyHeader(bytes)
    // So that room for an array is only made where there may be one.
    let size = header.type.map { $0.size * header.shape.reduce(1, *) } ?? 0
    guard size <= mostBytes else {
      throw bytes.malformed("\(size) bytes of \(header.text)", "at most \(mostBytes)")
    }
  }

  /// Its elements' bytes.
  func open() throws(ImportError) -> any ByteSource {
    let bytes = try openBytes()
    _ = try NumpyHeader(bytes)
    return bytes
  }

  /// All arrays of a `.npy` file, a `.npz` file, or a folder of `.npy` files, in the order in which they lie there.
  static func all(of source: ImportSource) throws -> [NamedArray] {
    if source.isFolder {
      return try NumpyImporter.files(of: source.path).map { name in
        let path = source.path + "/" + name
        return try file(ImportSource(path), called: stem(name))
      }
    }
    guard source.firstBytes.starts(with: [0x50, 0x4B]) else {
      return [try file(source, called: "")]
    }
    let archive = try ZipArchive(source.path)
    return try archive.members.filter { $0.name.hasSuffix(".npy") }.map { member in
      try NamedArray(
        stem(member.name),
        mostBytes: member.isDeflated ? atMost(member.packedSize) : member.packedSize
      ) { () throws(ImportError) in try ZipMemberStream(archive, member) }
    }
  }

  private static func file(_ source: ImportSource, called name: String) throws -> NamedArray {
    try NamedArray(name, mostBytes: atMost(source.size)) { () throws(ImportError) in
      try ByteStream(source.path)
    }
  }

  /// What deflate makes at most of some bytes.
  private static func atMost(_ size: Int) -> Int { size.multipliedReportingOverflow(by: 1032).0 }

  private static func stem(_ name: String) -> String {
    name.hasSuffix(".npy") ? String(name.dropLast(4)) : name
  }
}
