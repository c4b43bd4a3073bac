internal import Configuration
internal import Files
internal import HDF5

/// Reads the binary version of CIFAR-10 and CIFAR-100: a folder, or the archive as it is published.
struct CIFARImporter: Importer {
  static let name = "cifar"
  static let meaning = """
    The binary version of CIFAR-10 (data_batch_1.bin to data_batch_5.bin, test_batch.bin) or CIFAR-100 (train.bin, test.bin): a \
    folder, or the .tar.gz. Writes train/images, test/images [N, 32, 32, 3] with the scale 1/255, and labels, of CIFAR-100 \
    also coarseLabels, with their names where batches.meta.txt or its like is there.
    """

  init(reading reader: inout ObjectReader) {}

  static func recognises(_ source: ImportSource) -> Bool {
    if source.isFolder { return Kind.allCases.contains { $0.isIn(source) } }
    let name = source.path.split(separator: "/").last.map { $0.lowercased() } ?? ""
    return name.hasPrefix("cifar") && source.firstBytes.starts(with: "cifar".utf8)
  }

  func read(_ source: ImportSource, into output: ImportOutput, _ progress: ImportProgress) throws {
    let files = try Files(source, progress)
    guard let kind = Kind.allCases.first(where: { files.has($0.parts[1].files[0]) }) else {
      throw source.problem(
        .missingFile, "the binary version of CIFAR-10 or CIFAR-100: test_batch.bin or test.bin",
        "neither", "Name the folder that the archive unpacks to.")
    }
    // Found before anything is written, so that what is missing is told at once.
    for name in kind.parts.flatMap(\.files) where !files.has(name) {
      throw source.problem(
        .missingFile, at: name, "this file beside the others", "none",
        "Unpack the archive again.")
    }
    let names = try kind.labels.map { try files.names($0.names) }
    for (number, part) in kind.parts.enumerated() {
      let images = try output.rows("\(part.name)/images", shape: [32, 32, 3], of: UInt8.self)
      let labels = try zip(kind.labels, names).map { label, names in
        let codes = try output.rows("\(part.name)/\(label.field)", shape: [], of: UInt8.self)
        if !names.isEmpty { try codes.set("classes", .strings(names)) }
        return codes
      }
      for file in part.files {
        for record in try records(of: file, in: files, kind, names) {
          for (place, codes) in labels.enumerated() {
            try codes.append(CollectionOfOne(record[record.startIndex + place]))
          }
          try images.append(interleaved(record.dropFirst(labels.count)))
        }
        try progress.reached(0.5 + 0.5 * Double(number + 1) / 2)
      }
      try images.set("scale", .real(1 / 255))
    }
  }

  private func records(
    of file: String, in files: Files, _ kind: Kind, _ names: [[String]]
  ) throws(ImportError) -> [ArraySlice<UInt8>] {
    let bytes = try files.bytes(file)
    let size = kind.labels.count + 3072
    guard !bytes.isEmpty, bytes.count % size == 0 else {
      throw files.problem(file, "records of \(size) bytes", "\(bytes.count) bytes")
    }
    let records = stride(from: 0, to: bytes.count, by: size).map { bytes[$0..<$0 + size] }
    for record in records {
      for (place, label) in kind.labels.enumerated() {
        let (code, limit) = (Int(record[record.startIndex + place]), label.count)
        guard code < (names[place].isEmpty ? limit : min(limit, names[place].count)) else {
          throw files.problem(file, "classes below \(limit)", "\(code)")
        }
      }
    }
    return records
  }

  /// A picture whose colours stand one behind another, pixel by pixel.
  private func interleaved(_ planes: ArraySlice<UInt8>) -> [UInt8] {
    var pixels = [UInt8](repeating: 0, count: 3072)
    for (place, value) in planes.enumerated() { pixels[place % 1024 * 3 + place / 1024] = value }
    return pixels
  }

  private enum Kind: CaseIterable {
    case ten, hundred

    var parts: [(name: String, files: [String])] {
      switch self {
      case .ten: [("train", (1...5).map { "data_batch_\($0).bin" }), ("test", ["test_batch.bin"])]
      case .hundred: [("train", ["train.bin"]), ("test", ["test.bin"])]
      }
    }

    /// What stands before each picture, a byte each; the file of their names; how many there may be.
    var labels: [(field: String, names: String, count: Int)] {
      switch self {
      case .ten: [("labels", "batches.meta.txt", 10)]
      case .hundred:
        [
          ("coarseLabels", "coarse_label_names.txt", 20), ("labels", "fine_label_names.txt", 100),
        ]
      }
    }

    func isIn(_ source: ImportSource) -> Bool {
      parts.flatMap(\.files).allSatisfy { isRegularFile(source.file($0)) }
    }
  }

  /// The files by their names, of a folder or of an archive.
  private struct Files {
    private let source: ImportSource
    private let archive: [String: [UInt8]]

    init(_ source: ImportSource, _ progress: ImportProgress) throws {
      self.source = source
      let wanted = Kind.allCases.flatMap { $0.parts.flatMap(\.files) + $0.labels.map(\.names) }
      archive =
        source.isFolder
        ? [:] : try TarArchive.files(in: try ByteStream(source.path), wanted: Set(wanted), progress)
    }

    func has(_ name: String) -> Bool {
      source.isFolder ? isRegularFile(source.file(name)) : archive[name] != nil
    }

    func bytes(_ name: String) throws(ImportError) -> [UInt8] {
      if let bytes = archive[name] { return bytes }
      return try ByteStream(source.file(name)).all(limit: 1 << 28)
    }

    /// One name a line; none where there is no such file.
    func names(_ name: String) throws(ImportError) -> [String] {
      guard has(name) else { return [] }
      return String(decoding: try bytes(name), as: UTF8.self).split(whereSeparator: \.isNewline)
        .map(String.init)
    }

    func problem(_ name: String, _ expected: String, _ found: String) -> ImportError {
      source.problem(
        .malformed, at: name, expected, found, "Download the archive again: this file is damaged.")
    }
  }
}
