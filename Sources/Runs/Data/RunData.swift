internal import Containment
public import Datasets
public import Examples
internal import Files
internal import Foundation
internal import HDF5
internal import RandomStreams

/// The examples of a run, opened and split.
public struct RunData: Sendable {
  /// Where they come from, with what a look at the file has found where the configuration named no data.
  public var configuration: DataConfiguration
  /// What that is; nil where nothing was looked for.
  public var choice: DataChoice?
  /// What the examples consist of: their data, `x`, and the fields that the configuration names.
  public var fields: [Field]
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
  ///   - known: what the fields have to be, where a model has been trained on them: their shapes and classes.
  ///   - progress: told what is being done, and which share of it is done.
  /// - Throws: `DatasetError` or `HDF5Error` naming the file and what is wrong with it.
  public init(
    _ configuration: DataConfiguration, seed: Int, known: [Field]? = nil,
    progress: (_ activity: String, _ fraction: Double) -> Void = { _, _ in }
  ) throws {
    if let count = configuration.generatedCount,
      !FileManager.default.fileExists(atPath: configuration.file)
    {
      try RunData.generateSprites(count, to: configuration.file, progress: progress)
    }
    progress("reading \(configuration.file)", 0)
    let (configuration, choice) = try configuration.settled()
    (self.configuration, self.choice) = (configuration, choice)
    let opening = ExampleOpening(configuration: configuration)
    try Containment.rehearse(configuration.file, datasets: configuration.datasets)
    let (examples, scale) = try opening.open(configuration.training, like: known.map(Self.trained))
    (fields, self.scale) = (examples.fields, scale)
    let sharesOut = [configuration.validation, configuration.test].contains {
      if case .fraction = $0 { true } else { false }
    }
    let stream = Stream(seed: UInt64(seed), purpose: .split)
    var rest = sharesOut ? stream.permutation(of: examples.exampleCount, turn: 0)[...] : []
    func split(_ split: DataConfiguration.Split?, _ name: String) throws -> ExampleSet? {
      switch split {
      case nil: return nil
      case .dataset(let dataset, let named):
        guard let place = configuration.place(of: dataset, named: named).place else {
          preconditionFailure("the configuration was read with a place of every field")
        }
        let others = try opening.open(
          place,
          like: ExampleOpening.Likeness(
            fields: examples.fields, reason: "as in \(configuration.train)",
            remedy: "Name another dataset at data.\(name)."))
        return ExampleSet(others.source)
      case .fraction(let fraction):
        let count = Int((fraction * Double(examples.exampleCount)).rounded())
        if count == 0 { return nil }
        defer { rest = rest.dropFirst(count) }
        return ExampleSet(examples, positions: rest.prefix(count).sorted())
      }
    }
    test = try split(configuration.test, "test")
    validation = try split(configuration.validation, "validation")
    training = sharesOut ? ExampleSet(examples, positions: rest.sorted()) : ExampleSet(examples)
    guard !training.positions.isEmpty else {
      throw DatasetError(
        code: .empty, file: configuration.file, object: configuration.train,
        expected: "examples to train on", found: "none that validation and test leave",
        remedy: "Lower data.validation.fraction and data.test.fraction.")
    }
    progress("reading \(configuration.file)", 1)
  }

  /// Shape of an example's data, channels last.
  public var exampleShape: [Int] { fields.first { $0.name == Field.data }?.shape ?? [] }

  /// What examples have to be like for a model that was trained on these fields.
  static func trained(_ fields: [Field]) -> ExampleOpening.Likeness {
    ExampleOpening.Likeness(
      fields: fields, reason: "as the model has",
      remedy: "Name other data with --data or --split.")
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
