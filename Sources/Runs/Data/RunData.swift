internal import Containment
internal import Datasets
public import Examples
internal import Files
internal import Foundation
internal import HDF5
internal import RandomStreams

/// The examples of a run, opened and split.
public struct RunData: Sendable {
  /// Shape of one example, channels last.
  public var exampleShape: [Int]
  /// What stored numbers are multiplied by.
  public var scale: Double
  /// What is learnt from.
  public var training: ExampleSet
  /// What early stopping looks at.
  public var validation: ExampleSet?
  /// What the final evaluation looks at.
  public var test: ExampleSet?

  /// Opens the datasets of a configuration; a data set that the configuration generates is made first.
  ///
  /// - Parameters:
  ///   - seed: chooses the examples of fractions.
  ///   - progress: told what is being done, and which share of it is done.
  /// - Throws: `DatasetError` or `HDF5Error` naming the file and what is wrong with it.
  public init(
    _ configuration: DataConfiguration, seed: Int,
    progress: (_ activity: String, _ fraction: Double) -> Void = { _, _ in }
  ) throws {
    if let count = configuration.generatedCount,
      !FileManager.default.fileExists(atPath: configuration.file)
    {
      try RunData.generateSprites(count, to: configuration.file, progress: progress)
    }
    func open(_ dataset: String) throws -> any StoredExamples {
      try DatasetReader.examples(
        file: configuration.file, dataset: dataset, layout: configuration.layout,
        scale: configuration.scale, missingChunks: configuration.missingChunks)
    }
    progress("reading \(configuration.file)", 0)
    try Containment.rehearse(configuration.file, datasets: configuration.datasets)
    let stored = try open(configuration.train)
    exampleShape = stored.exampleShape
    scale = Double(stored.scale)
    let shape = stored.exampleShape
    let examples = ExampleSource(stored)
    var rest = Stream(seed: UInt64(seed), purpose: .split)
      .permutation(of: examples.exampleCount, turn: 0)[...]
    func split(_ split: DataConfiguration.Split?, _ name: String) throws -> ExampleSet? {
      switch split {
      case nil: return nil
      case .dataset(let dataset):
        let other = try open(dataset)
        guard other.exampleShape == shape else {
          throw DatasetError(
            code: .wrongShape, file: configuration.file, object: dataset,
            expected: "examples of shape \(shape), as in \(configuration.train)",
            found: "\(other.exampleShape)", remedy: "Name another dataset at data.\(name).")
        }
        return ExampleSet(other)
      case .fraction(let fraction):
        let count = Int((fraction * Double(examples.exampleCount)).rounded())
        if count == 0 { return nil }
        defer { rest = rest.dropFirst(count) }
        return ExampleSet(examples, positions: rest.prefix(count).sorted())
      }
    }
    test = try split(configuration.test, "test")
    validation = try split(configuration.validation, "validation")
    let isWhole = rest.count == examples.exampleCount
    training = isWhole ? ExampleSet(examples) : ExampleSet(examples, positions: rest.sorted())
    guard !training.positions.isEmpty else {
      throw DatasetError(
        code: .empty, file: configuration.file, object: configuration.train,
        expected: "examples to train on", found: "none that validation and test leave",
        remedy: "Lower data.validation.fraction and data.test.fraction.")
    }
    progress("reading \(configuration.file)", 1)
  }

  /// Returns once all examples are read: large data sets are still being read when they are open.
  ///
  /// - Throws: `DatasetError` or `HDF5Error` naming the file and what is wrong with it.
  public func finishReading() throws {
    let sets: [ExampleSet?] = [training, validation, test]
    for set in sets { try set?.source.finishReading() }
  }

  private static func generateSprites(
    _ count: Int, to file: String, progress: (String, Double) -> Void
  ) throws {
    try makeOutputFolder(of: file)
    try SpritesGenerator(size: count).write(to: file) { done, total in
      progress("drawing \(file)", Double(done) / Double(total))
    }
  }
}
