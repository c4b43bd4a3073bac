import Foundation
import Runs
import Testing
import Training

@Suite struct MetricsLogTests {
  private let scratch: ScratchFolder

  init() throws { scratch = try ScratchFolder() }

  private func report(_ step: Int, _ objective: Double = 2) throws -> StepReport {
    let json = """
      { "step": \(step), "epoch": \(Double(step) / 4), "gradientNorm": 1, "learningRate": 0.1,
        "samplesPerSecond": 100, "metrics": { "objective": 2, "reconstruction": 1.5, "kl": 0.5,
        "terms": { "weighted.kl": 0.5 }, "activeUnits": 1 } }
      """
    var report = try JSONDecoder().decode(StepReport.self, from: Data(json.utf8))
    report.metrics.objective = objective
    return report
  }

  private func log(after step: Int, epoch: Int = 9) throws -> MetricsLog {
    try MetricsLog(
      folder: try RunFolder(locking: scratch.path("")), terms: ["weighted.kl"],
      continuingAfter: step, epoch: epoch)
  }

  private func steps() throws -> [Substring] {
    try scratch.text("metrics.csv").split(separator: "\n").dropFirst().map {
      $0.split(separator: ",")[1]
    }
  }

  @Test func linesAfterTheStepAreCut() throws {
    let first = try log(after: 0)
    for step in 1...5 { try first.append(try report(step)) }
    let second = try log(after: 3)
    #expect(try steps() == ["1", "2", "3"])
    #expect(try scratch.text("metrics.jsonl").split(separator: "\n").count == 3)
    try second.append(try report(4))
    #expect(try steps() == ["1", "2", "3", "4"])
  }

  /// A crash may leave half a line, and a disk bytes that are no text.
  @Test(arguments: [Array("{\"event\":\"st".utf8), [0x7B, 0xC3, 0x28, 0x0A]])
  func aBrokenLineIsCut(bytes: [UInt8]) throws {
    try log(after: 0).append(try report(1))
    let handle = try #require(FileHandle(forWritingAtPath: scratch.path("metrics.jsonl")))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data(bytes))
    try handle.close()
    try log(after: 5).append(try report(2))
    #expect(try steps() == ["1", "2"])
    #expect(try scratch.text("metrics.jsonl").split(separator: "\n").count == 2)
  }

  /// JSON has no word for these; they stand as strings and come back.
  @Test func numbersThatAreNoneAreWritten() throws {
    let log = try log(after: 0)
    try log.append(try report(1, .nan))
    try log.append(try report(2, -.infinity))
    let text = try scratch.text("metrics.jsonl")
    #expect(text.contains("\"objective\":\"nan\"") && text.contains("\"objective\":\"-inf\""))
    _ = try self.log(after: 2)
    #expect(try scratch.text("metrics.jsonl") == text)
    #expect(try steps() == ["1", "2"])
  }
}
