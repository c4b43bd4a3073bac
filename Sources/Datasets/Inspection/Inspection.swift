internal import HDF5

/// What is in an HDF5 file, and what of it can be trained on.
///
/// Reading a foreign file may crash libhdf5: a program runs this in a child process (`Containment`).
public struct Inspection: Encodable, Sendable {
  /// A group, a dataset, or something that is not followed.
  public struct Entry: Encodable, Sendable {
    /// Path inside the file.
    public var path: String
    /// `group`, `sparse rows`, `categories`, `dataset`, or why it is neither of these.
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
    /// How often each class comes, of a list that holds classes.
    public var classes: ClassCounts?
    /// How many of its chunks are not in the file; nil where all are, or where it has none.
    public var missingChunks: Int?
    /// How many examples it holds, where training takes it.
    public var exampleCount: Int?
    /// Shape of one example, channels last, where training takes it.
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
  /// What of it a training takes that is given the file alone; nil where nothing fits.
  public var data: DataChoice?

  /// Reads a file: all it lists, and of each dataset at most the first 64 MiB.
  ///
  /// - Parameters:
  ///   - missingChunks: What becomes of chunks that the file does not hold.
  ///   - readsValues: Whether values are looked at, but for those of labels that are recommended.
  ///   - progress: told what is looked at.
  /// - Throws: `HDF5Error` where the file cannot be opened or listed.
  public init(
    _ file: String, missingChunks: MissingChunkRule = .refuse, readsValues: Bool = true,
    progress: @escaping (String) -> Void = { _ in }
  ) throws {
    self.file = file
    progress("opening the file")
    let source = try HDF5File(reading: file)
    progress("listing the objects")
    let look = Look(
      source: source, file: file, missingChunks: missingChunks, readsValues: readsValues,
      progress: progress)
    for object in try source.objects() {
      progress("looking at \(object.path)")
      entries.append(Entry(object, look))
    }
    progress("looking for labels")
    data = recommendation(in: source)
  }

  /// How a file is looked at.
  fileprivate struct Look {
    let source: HDF5File
    let file: String
    let missingChunks: MissingChunkRule
    let readsValues: Bool
    let progress: (String) -> Void

    /// An object as training asks for it.
    func request(_ path: String, _ rule: MissingChunkRule) -> DatasetRequest {
      DatasetRequest(file: file, opened: source, name: path, missingChunks: rule)
    }
  }
}

extension Inspection {
  private enum Key: String, CodingKey {
    case file, entries, data, train, labels, validation, test
  }

  /// Writes `data` as the section of a configuration that it is, empty where nothing fits.
  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(file, forKey: .file)
    try object.encode(entries, forKey: .entries)
    var section = object.nestedContainer(keyedBy: Key.self, forKey: .data)
    guard let data else { return }
    try section.encode(file, forKey: .file)
    for (name, part) in data.keys {
      guard let key = Key(rawValue: name) else { continue }
      if part.labels == nil {
        try section.encode(part.dataset, forKey: key)
      } else {
        try section.encode(part, forKey: key)
      }
    }
  }
}

extension ElementType {
  /// Whether one element is a class or a number of an example.
  fileprivate var isFieldOfRows: Bool {
    isInteger || [.string, .float16, .float32, .float64].contains(self)
  }
}

extension Inspection.Entry {
  fileprivate init(_ object: ListedObject, _ look: Inspection.Look) {
    let source = look.source
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
    do {
      if object.kind == .dataset { try readDataset(look) } else { try readGroup(look) }
    } catch {
      problem = (error as? HDF5Error).map { "\($0.found). \($0.remedy)" } ?? Self.reason(error)
    }
  }

  private mutating func readDataset(_ look: Inspection.Look) throws {
    let source = look.source
    let info = try source.info(path)
    (shape, type) = (info.shape, "\(info.elementType)")
    (chunkRows, filters) = (info.chunkRows, info.filters)
    if look.readsValues {
      look.progress("reading \(path)")
      values = try ValueSummary(info, in: source)
      classes = try ClassCounts(info, in: source)
    }
    if look.missingChunks == .refuse, let missing = try source.missingChunks(of: path) {
      missingChunks = missing.count
      problem = "training expects all chunks, and \(missing.text). \(MissingChunks.remedy)"
      return
    }
    if info.shape.count == 1, info.elementCount > 0, info.elementType.isFieldOfRows {
      note =
        "\(info.elementCount) labels or numbers: data.labels or data.fields may name it beside as many examples."
      return
    }
    // Its chunks are counted.
    take(try look.request(path, .fill).outline())
    // A training is told so, rather than given other data: whether values are read decides nothing.
    if let count = values?.notFinite, count > 0 {
      problem = "training expects finite values. Remove or replace rows with NaN or infinity."
    }
  }

  /// Notes what a group holds that is no mere folder.
  private mutating func readGroup(_ look: Inspection.Look) throws {
    let request = look.request(path, look.missingChunks)
    take(try request.outline())
    if let count = exampleCount, let exampleShape {
      (kind, shape) = ("sparse rows", [count] + exampleShape)
      return
    }
    let members = try request.members() ?? []
    guard
      [["codes", "categories"], ["values", "mask"]].contains(where: {
        $0.allSatisfy(members.contains)
      })
    else { return }
    kind = "categories"
    note =
      "One class or number for each example: data.labels or data.fields may name it beside as many examples."
  }

  private mutating func take(_ found: ExampleOutline?) {
    (exampleCount, exampleShape, note) = (found?.count, found?.shape, found?.note)
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
