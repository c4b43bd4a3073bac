internal import HDF5

/// What is in an HDF5 file, and what of it can be trained on.
///
/// Reading a foreign file may crash libhdf5: a program runs this in a child process (`Containment`).
public struct Inspection: Encodable, Sendable {
  /// A group, a dataset, or something that is not followed.
  public struct Entry: Encodable, Sendable {
    /// Path inside the file.
    public var path: String
    /// `group`, `dataset`, or why it is neither.
    public var kind: String
    /// Extents of a dataset, slowest axis first.
    public var shape: [Int]?
    /// Type of a dataset's elements.
    public var type: String?
    /// Rows of a chunk; nil where the dataset is not chunked.
    public var chunkRows: Int?
    /// What its chunks pass through.
    public var filters: [String]?
    /// Names and values.
    public var attributes: [String: String] = [:]
    /// Its values in short; nil where they are no numbers.
    public var values: ValueSummary?
    /// How many of its chunks are not in the file; nil where all are, or where it has none.
    public var missingChunks: Int?
    /// Shape of one example, channels last, where training takes the dataset.
    public var exampleShape: [Int]?
    /// Why training does not take it, or what is wrong with it.
    public var problem: String?
    /// What to mind about it, because of the program that wrote it.
    public var note: String?
  }

  /// The file.
  public var file: String
  /// Its objects, depth first.
  public var entries: [Entry] = []
  /// The section `data` of a configuration that would train on it; empty where nothing fits.
  public var data: [String: String] = [:]

  /// Reads a file: all it lists, and of each dataset at most the first 64 MiB.
  ///
  /// - Parameter progress: told what is looked at.
  /// - Throws: `HDF5Error` where the file cannot be opened or listed.
  public init(_ file: String, progress: (String) -> Void = { _ in }) throws {
    self.file = file
    progress("opening the file")
    let source = try HDF5File(reading: file)
    progress("listing the objects")
    for object in try source.objects() {
      progress("looking at \(object.path)")
      entries.append(Entry(object, in: source, file, progress))
    }
    noteOrigins()
    data = recommendation
  }
}

extension ElementType {
  /// Whether one element is a class or a number of an example.
  fileprivate var isFieldOfRows: Bool {
    isInteger || [.string, .float16, .float32, .float64].contains(self)
  }
}

extension Inspection.Entry {
  fileprivate init(
    _ object: ListedObject, in source: HDF5File, _ file: String, _ progress: (String) -> Void
  ) {
    path = object.path
    switch object.kind {
    case .group: kind = "group"
    case .dataset: kind = "dataset"
    case .other(let reason):
      kind = reason
      return
    }
    let names = (try? source.attributeNames(of: path)) ?? []
    // Training asks for these by name, whether they can be listed or not.
    for name in names
      + [StoredAttribute.layout, .scale].map(\.rawValue).filter({ !names.contains($0) })
    {
      do {
        guard let value = try source.attribute(name, of: path) else { continue }
        attributes[name] = Self.text(value)
      } catch { attributes[name] = "of a kind that is not read" }
    }
    guard object.kind == .dataset else {
      readMatrix(source, file)
      return
    }
    do {
      let info = try source.info(path)
      (shape, type) = (info.shape, "\(info.elementType)")
      (chunkRows, filters) = (info.chunkRows, info.filters)
      progress("reading \(path)")
      values = try ValueSummary(info, in: source)
      if let count = values?.notFinite, count > 0 {
        problem = "training expects finite values. Remove or replace rows with NaN or infinity."
        return
      }
      if let missing = try source.missingChunks(of: path) {
        missingChunks = missing.count
        problem = "training expects all chunks, and \(missing.text). \(MissingChunks.remedy)"
        return
      }
      if info.shape.count == 1, info.elementCount > 0, info.elementType.isFieldOfRows {
        note =
          "\(info.elementCount) labels or numbers: data.labels or data.fields may name it beside as many examples."
        return
      }
      exampleShape = try Self.exampleShape(info, attributes["layout"], file)
    } catch {
      problem = (error as? HDF5Error).map { "\($0.found). \($0.remedy)" } ?? Self.reason(error)
    }
  }

  /// Notes that a group holds a matrix in CSR form.
  private mutating func readMatrix(_ source: HDF5File, _ file: String) {
    let members = (try? source.children(of: path)) ?? []
    guard ["data", "indices", "indptr"].allSatisfy(members.contains) else { return }
    let matrix = CSRGroup(file: source, filePath: file, group: path)
    do {
      try matrix.requireRows()
      let (rows, columns) = try matrix.shape(isMember: members.contains("shape"))
      try matrix.requireStarts(rows: rows, columns: columns)
      for name in ["data", "indices", "indptr"] {
        try MissingChunkRule.refuse.check("\(path)/\(name)", of: source, file)
      }
      (kind, shape, exampleShape) = ("sparse rows", [rows, columns], [columns])
    } catch { problem = Self.reason(error) }
  }

  /// The shape of an example; throws where training would.
  private static func exampleShape(
    _ info: DatasetInfo, _ layout: String?, _ file: String
  ) throws -> [Int] {
    func problem(
      _ code: DatasetError.Code, _ expected: String, _ found: String, _ remedy: String
    ) -> DatasetError {
      DatasetError(
        code: code, file: file, object: info.path, expected: expected, found: found,
        remedy: remedy)
    }
    _ = try MemoryExamples.Element(of: info.elementType, problem: problem)
    let declared: [String: ImageLayout] = ["NCHW": .channelsFirst, "NHWC": .channelsLast]
    let images = layout.flatMap { declared[$0] }
    let layout = try ExampleLayout(
      shape: info.shape, layout: images ?? .channelsLast, isDeclared: images != nil,
      problem: problem)
    return layout.exampleShape
  }

  private static func reason(_ error: any Error) -> String {
    guard let error = error as? DatasetError else { return "\(error)" }
    return "training expects \(error.expected), and found \(error.found). \(error.remedy)"
  }

  private static func text(_ value: AttributeValue) -> String {
    switch value {
    case .string(let text): text
    case .integer(let number): "\(number)"
    case .real(let number): "\(number)"
    case .integers(let numbers): numbers.prefix(16).map(String.init).joined(separator: ", ")
    case .strings(let texts): texts.prefix(16).joined(separator: ", ")
    }
  }
}
