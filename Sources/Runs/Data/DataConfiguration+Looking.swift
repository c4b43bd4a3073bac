internal import Configuration
internal import Containment
public import Datasets
internal import Examples
internal import Files
internal import Foundation
internal import HDF5

/// Data that are given by their file alone: what is learnt from is looked for in it.
extension DataConfiguration {
  /// The keys that a look at the file fills in where nobody gave them.
  static let soughtKeys = ["train", "labels", "validation", "test"]

  /// The same with what the file has at the keys that are sought; as it is where nothing is sought, or the file is
  /// not there.
  ///
  /// The file is looked at by a child where there is one (`Containment`).
  /// - Returns: nil for the choice where nothing was sought.
  /// - Throws: `HDF5Error` where the file cannot be looked at; `DatasetError` where it has nothing that fits.
  func settled() throws -> (configuration: DataConfiguration, choice: DataChoice?) {
    guard !sought.isEmpty, !isMissing(file) else { return (self, nil) }
    let look = try Self.look(at: file, missingChunks)
    guard let choice = look.choice else {
      throw DatasetError(
        code: .empty, file: file,
        expected: "a dataset of examples, or data.train to name it",
        found: look.obstacle.map { $0.hasSuffix(".") ? String($0.dropLast()) : $0 }
          ?? "nothing that training takes",
        remedy: "See what is in it with: vae-dp inspect \(file)")
    }
    return (try taking(choice), choice)
  }

  private static func look(at file: String, _ rule: MissingChunkRule) throws -> DataLook {
    guard let bytes = try Containment.ask(["--look", rule.rawValue], of: file) else {
      return try DataLook(file, missingChunks: rule)
    }
    let answer = try? JSONDecoder().decode(DataLook.Answer.self, from: Data(bytes))
    if let problem = answer?.problem { throw problem }
    guard let look = answer?.look else {
      throw HDF5Error(
        code: .refused, file: file, expected: "a file that can be looked at",
        found: "\(bytes.count) bytes from the child process that did",
        remedy: "Name what to train on at data.train, or write the file again.")
    }
    return look
  }

  /// The same with a choice at the keys that are sought, but for examples without a place of every field.
  private func taking(_ choice: DataChoice) throws -> DataConfiguration {
    var values: [(key: String, value: JSONNode)] = [("train", .string(choice.train.dataset))]
    if let labels = choice.train.labels { values.append(("labels", .string(labels))) }
    let found = try setting(values)
    let takesLabels = sought.contains("labels")
    for (key, part) in [("validation", choice.validation), ("test", choice.test)] {
      guard let part else { continue }
      let named = takesLabels ? part.labels.map { [Field.label: $0] } ?? [:] : [:]
      guard found.place(of: part.dataset, named: named).place != nil else { continue }
      values.append((key, Split.dataset(part.dataset, fields: named).node))
    }
    return try setting(values)
  }

  /// The same with what an earlier configuration has at the keys that are sought, where it has it.
  func taking(from earlier: JSONNode) -> DataConfiguration {
    guard case .string? = earlier["train"]?.content else { return self }
    let values = Self.soughtKeys.compactMap { key in earlier[key].map { (key, $0) } }
    return (try? setting(values)) ?? self
  }

  /// The same with values at those keys that are sought.
  private func setting(_ values: [(key: String, value: JSONNode)]) throws -> DataConfiguration {
    var node = resolved
    for (key, value) in values where sought.contains(key) { node = node.setting(key, to: value) }
    var result = try DataConfiguration(reading: node)
    result.file = file
    return result
  }
}

extension RunConfiguration {
  /// The same with the data that an earlier training of a run found for itself.
  ///
  /// - Parameter run: The run's folder; nil for none.
  func taking(dataOf run: String?) -> RunConfiguration {
    guard let run, !data.sought.isEmpty,
      let bytes = try? LocalFileSystem().read(run + "/config.json"),
      let earlier = try? JSONNode.parse(bytes, file: nil)["data"]
    else { return self }
    var result = self
    result.data = data.taking(from: earlier)
    return result
  }
}

extension DataChoice {
  /// One line for whoever has not said what to train on.
  public func description(in file: String) -> String {
    var words = [
      "\(file): nothing is named at data.train; taken: \(train.dataset), \(exampleCount) examples of shape \(exampleShape)"
    ]
    words.append(train.labels.map { "labels \($0)" } ?? "no labels")
    if let validation { words.append("validation \(validation.dataset)") }
    if let test { words.append("test \(test.dataset)") }
    return words.joined(separator: ", ")
  }
}
