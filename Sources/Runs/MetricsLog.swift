internal import Foundation
public import Training

/// `metrics.jsonl` and `metrics.csv`: one line per report and per epoch, appended as training goes.
public final class MetricsLog {
  private let lines: URL
  private let table: URL

  /// One line of `metrics.jsonl`.
  struct Line: Codable {
    var event: String
    var step: Int
    var epoch: Double
    var training: Metrics
    var validation: Metrics?
    var gradientNorm: Double
    var learningRate: Double
    var samplesPerSecond: Double
    var isBest: Bool?
  }

  /// The logs of a folder, cut after a step and an epoch: a training that goes on from there writes
  /// the rest anew.
  ///
  /// - Throws: where the files cannot be read or written.
  package init(folder: RunFolder, continuingAfter step: Int, epoch: Int) throws {
    lines = URL(filePath: folder.path + "/metrics.jsonl")
    table = URL(filePath: folder.path + "/metrics.csv")
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    let old = (try? String(contentsOf: lines, encoding: .utf8)) ?? ""
    let kept = old.split(separator: "\n").filter { text in
      guard let line = try? decoder.decode(Line.self, from: Data(text.utf8)) else { return false }
      return line.step <= step && (line.event != "epoch" || line.epoch <= Double(epoch))
    }
    try folder.write(Array(kept.map { $0 + "\n" }.joined().utf8), to: "metrics.jsonl")
    let rows = kept.compactMap { try? decoder.decode(Line.self, from: Data($0.utf8)) }
    let text = ([Self.header] + rows.map(Self.row)).map { $0 + "\n" }.joined()
    try folder.write(Array(text.utf8), to: "metrics.csv")
  }

  /// Appends a report.
  public func append(_ report: StepReport) throws {
    try append(
      Line(
        event: "step", step: report.step, epoch: report.epoch, training: report.metrics,
        gradientNorm: report.gradientNorm, learningRate: report.learningRate,
        samplesPerSecond: report.samplesPerSecond))
  }

  /// Appends an epoch.
  public func append(_ record: EpochRecord) throws {
    try append(
      Line(
        event: "epoch", step: record.step, epoch: Double(record.epoch), training: record.training,
        validation: record.validation, gradientNorm: record.gradientNorm,
        learningRate: record.learningRate, samplesPerSecond: record.samplesPerSecond,
        isBest: record.isBest))
  }

  private func append(_ line: Line) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    try append(String(decoding: try encoder.encode(line), as: UTF8.self), to: lines)
    try append(Self.row(line), to: table)
  }

  private func append(_ text: String, to file: URL) throws {
    let handle = try FileHandle(forWritingTo: file)
    defer { try? handle.close() }
    try handle.seekToEnd()
    try handle.write(contentsOf: Data((text + "\n").utf8))
  }

  private static let header =
    "event,step,epoch,objective,reconstruction,kl,weightedKL,activeUnits,validationObjective,"
    + "validationReconstruction,validationKL,gradientNorm,learningRate,samplesPerSecond"

  private static func row(_ line: Line) -> String {
    let training = line.training
    let validation: [Double?] = [
      line.validation?.objective, line.validation?.reconstruction, line.validation?.kl,
    ]
    let cells: [String] =
      [
        line.event, "\(line.step)", "\(line.epoch)", "\(training.objective)",
        "\(training.reconstruction)", "\(training.kl)", "\(training.weightedKL)",
        "\(training.activeUnits)",
      ] + validation.map { $0.map { "\($0)" } ?? "" }
      + ["\(line.gradientNorm)", "\(line.learningRate)", "\(line.samplesPerSecond)"]
    return cells.joined(separator: ",")
  }
}
