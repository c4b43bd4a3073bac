import ArgumentParser
import Foundation
import VAEDP

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure a trained model: ELBO and log-likelihood, in nats per example.")

  @Argument(help: "A run folder (its best checkpoint, or its last) or a checkpoint file.")
  var model: String

  @Option(help: "Another HDF5 file than the one that the model was trained on.")
  var data: String?

  @Option(help: "Which examples: train, validation, test, or the name of a dataset in the file.")
  var split = "test"

  @Option(help: "Importance samples per example for an estimate of log p(x).")
  var samples: Int?

  @Option(help: "Seed of the draws.")
  var seed: UInt64 = 0

  @Flag(help: "Print JSON.")
  var json = false

  @OptionGroup var threads: ThreadOption

  func validate() throws {
    if let samples, samples < 1 { throw ValidationError("--samples takes a number from 1.") }
  }

  func run() throws {
    try reporting {
      let trained = try TrainedModel(model, threads: threads.count)
      if threads.isAutomatic { ProgressLine().say("\(try trained.chooseThreads())") }
      let line = ProgressLine()
      let examples = try trained.examples(split: split, file: data)
      let result = try trained.runner.evaluate(examples, samples: samples, seed: seed) {
        line.show("log-likelihood \(Int($0 * 100)) %")
      }
      if samples != nil { line.show("") }
      if json { try put(json: result) } else { try put(table(result, trained)) }
    }
  }

  private func table(_ result: EvaluationResult, _ trained: TrainedModel) -> String {
    func row(_ name: String, _ value: String) -> String {
      "  " + name.padding(toLength: 24, withPad: " ", startingAt: 0) + value
    }
    func nats(_ value: Double) -> String { String(format: "%10.3f nats per example", value) }
    var lines = [
      "\(trained.file), \(result.examples) examples (\(split))",
      row("ELBO", nats(result.elbo)), row("reconstruction", nats(result.reconstruction)),
      row("KL", nats(result.kl)),
      row("active units", "\(result.activeUnits) of \(trained.runner.model.totalLatentCount)"),
    ]
    if let estimate = result.logLikelihood {
      let error = String(format: " ± %.3f", estimate.standardError)
      lines.append(row("log p(x), \(estimate.samples) samples", nats(estimate.mean) + error))
    }
    return lines.joined(separator: "\n")
  }
}
