internal import Crypto
internal import Files
internal import Foundation

extension PublishedSet {
  /// Fetches the files that are not in a folder yet.
  ///
  /// What came before an interruption stays as `NAME.partial` and is gone on with. A file gets its name when its hash is the one
  /// that is known; what has another is removed.
  /// - Parameters:
  ///   - folder: Where files are kept; made where it is not there.
  ///   - address: Another place with the same files; nil for the set's own.
  ///   - step: Told which share of all bytes is there, 0...1, some times a second; what it throws ends the work.
  /// - Throws: `DownloadError`, `OutputError`, what `step` throws.
  public func fetch(
    into folder: String, from address: String? = nil, step: (_ done: Double) throws -> Void
  ) throws {
    try makeOutputFolder(folder)
    let total = files.reduce(0) { $0 + $1.byteCount }
    var before = 0
    for file in files {
      let path = "\(folder)/\(file.name)"
      let place = (address ?? self.address) + file.name
      if isMissing(path) {
        try file.fetch(from: place, to: path) { try step(Double(before + $0) / Double(total)) }
      } else if try file.hash(of: path, { _ in }) != file.sha256 {
        throw DownloadError(
          code: .wrongContent, file: path,
          expected: "the file that was published, SHA-256 \(file.sha256)",
          found: "another",
          remedy: "Remove it to fetch it again, or take it as it is with --from \(folder).")
      }
      before += file.byteCount
    }
  }
}

extension PublishedSet.File {
  fileprivate func fetch(
    from address: String, to path: String, _ step: (Int) throws -> Void
  ) throws {
    let partial = path + ".partial"
    let files = LocalFileSystem()
    if fileSize(partial) > byteCount { try files.remove(partial) }
    if fileSize(partial) < byteCount {
      try Download(address, to: partial, byteCount: byteCount).run { try step(fileSize(partial)) }
    }
    let found = try hash(of: partial) { _ in try step(byteCount) }
    guard found == sha256 else {
      let size = fileSize(partial)
      try files.remove(partial)
      throw DownloadError(
        code: .wrongContent, file: address,
        expected: "\(byteCount) bytes of SHA-256 \(sha256)", found: "\(size) of \(found)",
        remedy:
          "It is not kept. Try again later, or fetch it elsewhere and name its folder with --from.")
    }
    try files.synchronize(partial)
    try files.rename(partial, to: path)
  }

  /// SHA-256 in hexadecimal digits.
  fileprivate func hash(of path: String, _ step: (Int) throws -> Void) throws -> String {
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw DownloadError(
        code: .inputOutput, file: path, expected: "a file that can be read", found: "none",
        remedy: "Check the permissions.")
    }
    var hash = SHA256()
    while let block = try file.read(upToCount: 1 << 20), !block.isEmpty {
      hash.update(data: block)
      try step(block.count)
    }
    let digits = Array("0123456789abcdef")
    return String(hash.finalize().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }
}

/// Bytes of a file; 0 where there is none.
func fileSize(_ path: String) -> Int { FileIdentity(path)?.byteCount ?? 0 }
