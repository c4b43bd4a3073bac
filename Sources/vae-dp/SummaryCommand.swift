import ArgumentParser
import Foundation
import VAEDP

struct SummaryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "summary",
    abstract: "Show a model: resolved configuration, layers, parameters, operations, memory.")

  @Argument(help: "A configuration, a run folder or a checkpoint file.")
  var subject: String

  @Argument(help: "Keys of a configuration to override: training.batchSize=64")
  var overrides: [String] = []

  private var isConfiguration: Bool { subject.hasSuffix(".json") }

  func validate() throws {
    guard isConfiguration || overrides.isEmpty else {
      throw ValidationError(
        "'\(overrides[0])' changes nothing at \(subject): what is trained keeps its configuration. Only "
          + "a configuration, a .json file, takes keys to override.")
    }
  }

  func run() throws {
    try reporting {
      if isConfiguration {
        let configuration = try RunConfiguration(file: subject, overrides: overrides)
        let model = try configuration.describedModel()
        try put(configuration.resolved(with: model).text())
        try put(ModelSummary(model, configuration.training).text)
        return
      }
      let trained = try TrainedModel(subject)
      try put(trained.resolved.text())
      try put(ModelSummary(trained.runner.model, trained.configuration.training).text)
      try put(
        "  trained for \(trained.state.step) steps, \(trained.state.epoch) epochs: \(trained.file)")
    }
  }
}
