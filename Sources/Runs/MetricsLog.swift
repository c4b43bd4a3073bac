internal import DataParallel
internal import Diagnosis
internal import Files
internal import Foundation
public import Training

/// `metrics.jsonl` and `metrics.csv`: one line per report and per epoch, appended as training goes.
public final class MetricsLog {
  private let lines: String
  private let table: String
  /// The columns of the objective's further terms.
  private let terms: [String]

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
    var skippedSteps: Int?
  }

  /// The line of a step that was not applied, in `metrics.jsonl` alone.
  struct Incident: Codable {
    static let event = "nonFinite"
    var event = Incident.event
    /// Steps that the training has behind it once it goes on; the failed one's number at a stop.
    var step: Int
    /// Passes over the data where the step failed, with their fraction.
    var epoch: Double
    var failedStep: Int
    var action: NonFiniteReport.Action
    var kind: NonFiniteStep.Kind
    var place: String
    var shard: Int?
    var examples: [UInt32]
    var exampleCount: Int
    var batch: String?
    var skippedSteps: Int
    var rollbacks: Int
    var learningRateFactor: Double
  }

  /// The line of `metrics.jsonl` that says what has changed where a training goes on.
  struct Changes: Codable {
    var event: String
    var step: Int
    var epoch: Double
    var changes: [String]
  }

  /// The logs of a folder, cut after a step and an epoch: a training that goes on from there writes
  /// the rest anew. Of the rollbacks, the lines of the first `rollbacks` stay.
  ///
  /// - Parameter terms: names of the objective's further terms, which are columns of the table.
  /// - Throws: where the files cannot be read or written.
  package init(
    folder: RunFolder, terms: [String], continuingAfter step: Int, epoch: Int, rollbacks: Int = 0
  ) throws {
    self.terms = terms
    lines = folder.path + "/metrics.jsonl"
    table = folder.path + "/metrics.csv"
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    // Damaged bytes spoil their line and no other.
    let old = String(decoding: try Self.bytes(of: lines), as: UTF8.self)
    let kept = old.split(separator: "\n").filter { text in
      if let incident = try? decoder.decode(Incident.self, from: Data(text.utf8)) {
        return incident.action == .rollback
          ? incident.rollbacks <= rollbacks : incident.step <= step
      }
      guard let line = try? decoder.decode(Line.self, from: Data(text.utf8)) else {
        // Changes at this very step are told anew.
        return (try? decoder.decode(Changes.self, from: Data(text.utf8))).map { $0.step < step }
          ?? false
      }
      return line.step <= step && (line.event != "epoch" || line.epoch <= Double(epoch))
    }
    try folder.write(Array(kept.map { $0 + "\n" }.joined().utf8), to: "metrics.jsonl")
    let rows = kept.compactMap { try? decoder.decode(Line.self, from: Data($0.utf8)) }
    let text = ([header] + rows.map(row)).map { $0 + "\n" }.joined()
    try folder.write(Array(text.utf8), to: "metrics.csv")
  }

  /// Appends a report.
  public func append(_ report: StepReport) throws {
    try append(
      Line(
        event: "step", step: report.step, epoch: report.epoch, training: report.metrics,
        gradientNorm: report.gradientNorm, learningRate: report.learningRate,
        samplesPerSecond: report.samplesPerSecond, skippedSteps: report.skippedSteps))
  }

  /// Appends an epoch.
  public func append(_ record: EpochRecord) throws {
    try append(
      Line(
        event: "epoch", step: record.step, epoch: Double(record.epoch), training: record.training,
        validation: record.validation, gradientNorm: record.gradientNorm,
        learningRate: record.learningRate, samplesPerSecond: record.samplesPerSecond,
        isBest: record.isBest, skippedSteps: record.skippedSteps))
  }

  /// Appends a step that was not applied.
  ///
  /// - Parameters:
  ///   - step: steps that the training has behind it once it goes on; the failed one's number at a
  ///     stop.
  ///   - counts: what became of such steps, this one included.
  public func append(_ report: NonFiniteReport, step: Int, _ counts: NonFiniteCounts) throws {
    let cause = report.cause
    let incident = Incident(
      step: step, epoch: report.epoch, failedStep: report.step, action: report.action,
      kind: cause.kind, place: cause.place, shard: cause.shard,
      examples: Array(cause.examples.prefix(16)), exampleCount: cause.examples.count,
      batch: report.batchFile.map { URL(filePath: $0).lastPathComponent },
      skippedSteps: counts.skippedSteps, rollbacks: counts.rollbacks,
      learningRateFactor: counts.learningRateFactor)
    try append(Self.json(incident), to: lines)
  }

  /// Appends what has changed where a training goes on; nothing where nothing has. The table, which
  /// is for numbers, has no line for it.
  public func append(changes: [String], step: Int, epoch: Double) throws {
    if changes.isEmpty { return }
    let line = Changes(event: "resumed", step: step, epoch: epoch, changes: changes)
    try append(Self.json(line), to: lines)
  }

  private func append(_ line: Line) throws {
    try append(Self.json(line), to: lines)
    try append(row(line), to: table)
  }

  private static func json(_ line: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return String(decoding: try encoder.encode(line), as: UTF8.self)
  }

  private func append(_ text: String, to file: String) throws {
    try LocalFileSystem().append(Array((text + "\n").utf8), to: file)
  }

  /// The bytes of a file; none where it is not there.
  private static func bytes(of file: String) throws(IOFailure) -> [UInt8] {
    do throws(IOFailure) {
      return try LocalFileSystem().read(file)
    } catch {
      if error.isMissing { return [] }
      throw error
    }
  }

  private var header: String {
    (["event", "step", "epoch", "objective", "reconstruction", "kl"] + terms + [
      "activeUnits", "validationObjective", "validationReconstruction", "validationKL",
      "gradientNorm", "learningRate", "skippedSteps", "samplesPerSecond",
    ]).joined(separator: ",")
  }

  private func row(_ line: Line) -> String {
    let training = line.training
    let validation: [Double?] = [
      line.validation?.objective, line.validation?.reconstruction, line.validation?.kl,
    ]
    let cells: [String] =
      [
        line.event, "\(line.step)", "\(line.epoch)", "\(training.objective)",
        "\(training.reconstruction)", "\(training.kl)",
      ] + terms.map { name in training.terms?[name].map { "\($0)" } ?? "" }
      + ["\(training.activeUnits)"] + validation.map { $0.map { "\($0)" } ?? "" }
      + [
        "\(line.gradientNorm)", "\(line.learningRate)", "\(line.skippedSteps ?? 0)",
        "\(line.samplesPerSecond)",
      ]
    return cells.joined(separator: ",")
  }
}
