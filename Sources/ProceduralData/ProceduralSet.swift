public import HDF5

/// A data set that formulas draw, to try everything without a download; the same bits for a size and a seed on machines of
/// one kind.
///
/// A set is one file, with a type that conforms, and one line in `ProceduralSets.all`. What its examples were made from
/// is written beside them, so that what a model finds can be compared with it.
public protocol ProceduralSet: Sendable {
  /// What users call it: `sprites`.
  static var name: String { get }
  /// What is drawn, in a sentence.
  static var meaning: String { get }
  /// What is learnt from: a dataset or a group in CSR form.
  static var data: String { get }
  /// How many examples it may be asked for.
  static var sizes: ClosedRange<Int> { get }
  /// How many it has if nobody says.
  static var standardSize: Int { get }
  /// Prepares a set.
  ///
  /// - Parameters:
  ///   - size: How many examples, about.
  ///   - seed: Chooses what is drawn at random.
  init(size: Int, seed: Int)
  /// How many examples it has.
  var count: Int { get }
  /// Draws all and fills a file.
  ///
  /// - Parameter progress: Told the rows done from time to time; what it throws ends the work.
  func fill(_ file: HDF5File, _ progress: (_ rowsDone: Int, _ rowCount: Int) throws -> Void) throws
}

extension ProceduralSet {
  /// A field of this name.
  public static var data: String { "x" }
  /// As many as anybody may wait for.
  public static var sizes: ClosedRange<Int> { 1...10_000_000 }
  /// Enough to learn from.
  public static var standardSize: Int { 10_000 }

  /// Draws the set and writes it to an HDF5 file, which appears when it is whole.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - replacing: Whether a file of this name may be replaced.
  ///   - progress: Told the rows done from time to time; what it throws ends the work.
  /// - Throws: `HDF5Error`, or what `progress` throws; no file is left then.
  public func write(
    to path: String, replacing: Bool = false,
    progress: (_ rowsDone: Int, _ rowCount: Int) throws -> Void = { _, _ in }
  ) throws {
    try HDF5File.write(to: path, replacing: replacing) { file in
      try fill(file, progress)
      try file.setAttribute("generator", of: "/", to: .string("vae-dp \(Self.name)"))
      try file.setAttribute("version", of: "/", to: .integer(1))
    }
  }
}

/// All procedural sets.
public enum ProceduralSets {
  /// In the order in which they are listed.
  public static let all: [any ProceduralSet.Type] = [
    ColouredShapes.self, OscillatorSeries.self, GaussianMixture.self,
    MixedTable.self, BatchedCounts.self, TopicTexts.self, TasteClicks.self,
  ]

  /// The names of all.
  public static var names: [String] { all.map { $0.name } }

  /// The set of a name.
  public static func named(_ name: String) -> (any ProceduralSet.Type)? {
    all.first { $0.name == name }
  }
}
