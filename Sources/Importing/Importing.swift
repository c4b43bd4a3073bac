internal import Configuration
internal import Files
internal import HDF5

/// Brings what other programs wrote into one HDF5 file that training reads.
public struct Importing: Sendable {
  /// All formats that are known; the first that recognises a source reads it.
  public static let formats: [any Importer.Type] = [
    IDXImporter.self, CIFARImporter.self, BinarizedMNISTImporter.self, ImageImporter.self,
    WAVImporter.self,
    MatlabImporter.self,
    NumpyImporter.self, MatrixMarketImporter.self, SVMLightImporter.self,
    WordCountImporter.self, InteractionImporter.self, TextImporter.self,
    CSVImporter.self,
  ]

  private let source: ImportSource
  private let importer: any Importer
  /// What the format is called.
  public let format: String

  /// Decides how a source is read; nothing is written.
  ///
  /// - Parameters:
  ///   - path: A file or a folder.
  ///   - format: What it is called; nil to find out by its name and first bytes.
  ///   - options: The format's keys, each as `key=value`.
  /// - Throws: `ImportError` where it is not there or in no format that is known; `ConfigurationError` at the option that is
  ///   wrong.
  public init(_ path: String, format: String? = nil, options: [String] = []) throws {
    source = try ImportSource(path)
    let known = Self.formats.map { $0.name }
    let found = format ?? Self.formats.first { [source] in $0.recognises(source) }?.name
    guard let found else {
      throw ImportError(
        code: .unknownFormat, file: path, expected: known.joined(separator: ", "),
        found: "something else, by its name and first bytes",
        remedy: "Say what it is with --format; 'vae-dp data formats' lists what they mean.")
    }
    var node = JSONNode.object([])
    for option in options { node = try node.applying(override: option) }
    node = .object([(found, node)])
    importer = try node.choice(of: "format", among: Self.formats.map { $0.alternative }).value
    self.format = found
  }

  /// Reads the source and writes one HDF5 file, which appears under its name when it is whole.
  ///
  /// - Parameters:
  ///   - path: The file to be.
  ///   - replacing: Whether a file of this name may be replaced.
  ///   - skipsBad: Whether a part that is wrong, such as one of many pictures, is left out and listed.
  ///   - step: Told how far it has come, 0...1; what it throws ends the work, and nothing is left.
  /// - Throws: `ImportError`, `OutputError`, `HDF5Error`, and what `step` throws.
  public func write(
    to path: String, replacing: Bool = false, skipsBad: Bool = false,
    step: (_ done: Double) throws -> Void = { _ in }
  ) throws -> ImportSummary {
    try withoutActuallyEscaping(step) { step in
      let progress = ImportProgress(skipsBad: skipsBad, step: step)
      var datasets: [ImportSummary.Dataset] = []
      try HDF5File.write(to: path, replacing: replacing) { file in
        let output = ImportOutput(file)
        try importer.read(source, into: output, progress)
        datasets = try output.finish()
        guard !datasets.isEmpty else {
          throw ImportError(
            code: .empty, file: source.path, expected: "at least one example", found: "none",
            remedy: "Check that this is the right file.")
        }
        try file.setAttribute("generator", of: "/", to: .string("vae-dp import \(format)"))
        try file.setAttribute("version", of: "/", to: .integer(1))
      }
      return ImportSummary(datasets: datasets, notes: progress.notes, skipped: progress.skipped)
    }
  }
}

/// What an import has written.
public struct ImportSummary: Sendable {
  /// A dataset, or a matrix in CSR form.
  public struct Dataset: Sendable, Hashable {
    /// Path inside the file.
    public var name: String
    /// Extents, examples first.
    public var shape: [Int]
    /// What its elements are, in words.
    public var content: String
  }

  /// In the order in which they were begun.
  public var datasets: [Dataset]
  /// What was found and decided on the way, a sentence each.
  public var notes: [String]
  /// What was left out because it was wrong.
  public var skipped: [ImportError]
}
