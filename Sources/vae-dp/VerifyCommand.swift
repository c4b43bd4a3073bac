import ArgumentParser
import Foundation
import VAEDP

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check gradients, thread counts and restarts for a configuration on this machine.",
    discussion: """
      Gradients are compared with a slow interpreter in double precision, and that with central \
      differences; parameters bit for bit between numbers of threads, and between a training that \
      SIGKILL ends at random moments and one that nothing interrupts. Exit code 1 where a check \
      fails.
      """)

  @Argument(help: "A configuration, such as configs/conv.json.")
  var config: String

  @Argument(help: "Keys to override: training.batchSize=64")
  var overrides: [String] = []

  @Option(help: "Seed of directions, noise and the moments of kills. (default: a new one)")
  var seed: UInt64?

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    try reporting {
      let line = ProgressLine()
      let interruption = Interruption()
      let verification = try Verification(
        try RunConfiguration(file: config, overrides: overrides),
        seed: seed ?? UInt64.random(in: 0..<1_000_000)
      ) { line.show($0) }
      var results: [VerificationCheck] = []
      func take(_ checks: [VerificationCheck]) throws {
        line.show("")
        if !json { for check in checks { try put(check.line) } }
        results += checks
      }
      func stopWhereAsked() throws {
        if interruption.signal != 0 { throw ExitCode(128 + interruption.signal) }
      }
      try take(try verification.gradients())
      try stopWhereAsked()
      try take([try verification.threads()])
      try stopWhereAsked()
      do {
        let program = URL(filePath: Contained.executable).resolvingSymlinksInPath()
        try take([try verification.restarts(program: program) { interruption.signal != 0 }])
      } catch is CancellationError {
        try stopWhereAsked()
      }
      if json { try put(json: results) }
      if results.contains(where: { !$0.isPassed }) { throw ExitCode(1) }
    }
  }
}
