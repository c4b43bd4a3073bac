import Foundation
import VAEDP

/// Shows how a training goes: one line that rewrites itself on a terminal, plain lines elsewhere.
final class ProgressLine {
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private var isOpen = false
  private var lastActivity = ""

  /// A line that stays.
  func say(_ text: String) {
    write((isOpen ? "\r\u{1B}[K" : "") + text + "\n")
    isOpen = false
  }

  /// A line that the next one replaces; nothing where output is not a terminal.
  func show(_ text: String) {
    guard isTerminal else { return }
    write("\r\u{1B}[K" + text)
    isOpen = true
  }

  /// What happens in a run.
  func observe(_ event: RunEvent, of total: Double) {
    switch event {
    case .preparing(let activity, let fraction):
      show("\(activity) \(Int(fraction * 100)) %")
      if !isTerminal, activity != lastActivity { say(activity) }
      lastActivity = activity
    case .looked(let text): say(printable(text))
    case .threads(let choice): say("\(choice)")
    case .skipped(let problem): say("skipped a checkpoint: \(problem)")
    case .resumed(let file, let step, let changes):
      say("continuing from \(file) at step \(step)")
      for change in changes { say("  changed: \(change)") }
    case .step(let report): step(report, of: total)
    case .epoch(let record): epoch(record)
    case .saved: break
    case .saveFailed(let problem): say("checkpoint not saved, training goes on: \(problem)")
    case .nonFinite(let report): say("\(report)")
    case .warning(let text): say(text)
    case .outputFailed(let problem): say("not written, training goes on: \(problem)")
    }
  }

  private func step(_ report: StepReport, of total: Double) {
    let line =
      "epoch \(two(report.epoch))"
      + (total.isFinite ? " of \(two(total))" : "") + "  " + numbers(report.metrics)
      + "  \(Int(report.samplesPerSecond.rounded())) samples/s"
    if isTerminal { show(line) } else { say("step \(report.step)  " + line) }
  }

  private func epoch(_ record: EpochRecord) {
    var line = "epoch \(record.epoch)  train " + numbers(record.training)
    if let validation = record.validation {
      line += "  validation \(two(validation.objective))"
      if record.isBest { line += " (best)" }
    }
    let units = record.validation?.activeUnits ?? record.training.activeUnits
    say(line + "  active \(units)  \(Int(record.samplesPerSecond.rounded())) samples/s")
  }

  private func numbers(_ metrics: Metrics) -> String {
    let terms = (metrics.terms ?? [:]).sorted { $0.key < $1.key }
    let isPlain = terms.allSatisfy { $0.key == "weighted.kl" && $0.value == metrics.kl }
    let parts = "reconstruction \(two(metrics.reconstruction))"
    if isPlain { return "\(two(metrics.objective)) = \(parts) + KL \(two(metrics.kl))" }
    return
      (["\(two(metrics.objective)): \(parts)", "KL \(two(metrics.kl))"]
      + terms.map { "\($0.key) \(two($0.value))" }).joined(separator: ", ")
  }

  private func two(_ number: Double) -> String { String(format: "%.2f", number) }

  /// A line from any thread, under whatever stands there.
  static func warn(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data("\nvae-dp: \(text)\n".utf8))
  }

  /// Whoever reads may have gone; training does not stop for that.
  private func write(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }
}
