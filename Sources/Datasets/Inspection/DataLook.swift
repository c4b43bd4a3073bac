public import HDF5

/// What a look at a file says of it to a training that is given the file alone.
public struct DataLook: Codable, Sendable {
  /// What it takes; nil where nothing fits.
  public var choice: DataChoice?
  /// Where and why something does not fit, where nothing does; nil where nothing is there.
  public var obstacle: String?

  /// Looks at a file, without reading values but those of labels.
  ///
  /// - Throws: `HDF5Error` where the file cannot be opened or listed.
  public init(
    _ file: String, missingChunks: MissingChunkRule,
    progress: @escaping (String) -> Void = { _ in }
  ) throws {
    let found = try Inspection(
      file, missingChunks: missingChunks, readsValues: false, progress: progress)
    choice = found.data
    if choice == nil {
      let largest = found.entries.filter { $0.problem != nil }.max { $0.size < $1.size }
      obstacle = largest.map { "\($0.path.prefix(200)): \($0.problem ?? "")" }
    }
  }

  /// What a child that looks at a file tells the program.
  public struct Answer: Codable, Sendable {
    /// What it saw; nil where there is a problem.
    public var look: DataLook?
    /// Why the file cannot be looked at.
    public var problem: HDF5Error?
  }

  /// Looks at a file for another process.
  public static func answer(
    about file: String, missingChunks: MissingChunkRule, progress: @escaping (String) -> Void
  ) throws -> Answer {
    do {
      return Answer(
        look: try DataLook(file, missingChunks: missingChunks, progress: progress), problem: nil)
    } catch let error as HDF5Error {
      return Answer(look: nil, problem: error)
    }
  }
}

extension Inspection.Entry {
  /// Its elements; infinite where their number is not known.
  fileprivate var size: Double { shape.map { $0.reduce(1) { $0 * Double($1) } } ?? .infinity }
}
