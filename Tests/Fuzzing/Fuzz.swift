import ArgumentParser
import Foundation
import FuzzTargets

/// `make fuzz`: mutants of what the program reads; prints the seed that repeats the run.
@main
struct Fuzz: ParsableCommand {
  @Argument(help: "config, override, idx, gzip, manifest, rows, hdf5, checkpoint or all.")
  var target = "all"

  @Option(help: "Mutants of each.")
  var count = 10_000

  @Option(help: "Seed of the mutations.")
  var seed: UInt64 = 1

  @Option(help: "Most memory that this process may take, in MiB.")
  var memory = 1024

  func validate() throws {
    let names = ParserTarget.allCases.map(\.rawValue) + ["hdf5", "checkpoint", "all"]
    guard names.contains(target) else {
      throw ValidationError("expected \(names.joined(separator: ", ")), not '\(target)'.")
    }
  }

  func run() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "vae-dp-fuzz-\(getpid())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    print("seed \(seed), \(count) mutants each; what fails is left in \(folder.path)")
    var isGood = true
    for parser in ParserTarget.allCases where [parser.rawValue, "all"].contains(target) {
      let start = ContinuousClock.now
      let report = try parser.fuzz(count: count, seed: seed, in: folder)
      let isFine = report.slowest < 10 && report.peakBytes < memory << 20
      isGood = isGood && isFine
      print(
        "\(parser.rawValue): \(count) mutants in \(ContinuousClock.now - start), slowest "
          + "\(report.slowest) s, peak memory \(report.peakBytes >> 20) MiB\(isFine ? "" : "  BAD")"
      )
    }
    if ["hdf5", "all"].contains(target) { isGood = try datasets(in: folder) && isGood }
    if ["checkpoint", "all"].contains(target) { isGood = try checkpoints(in: folder) && isGood }
    guard isGood else { throw ExitCode.failure }
    try FileManager.default.removeItem(at: folder)
  }

  private var program: URL {
    URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
      .appending(path: "vae-dp")
  }

  /// All in this process, and one in a hundred through the program.
  private func checkpoints(in folder: URL) throws -> Bool {
    // Paths in a configuration may be anything.
    guard FileManager.default.changeCurrentDirectoryPath(folder.path) else {
      throw ExitCode.failure
    }
    let target = try CheckpointTarget(folder: folder)
    let start = ContinuousClock.now
    let reports = [
      (
        "here",
        try target.fuzz(count: count, seed: seed) { done in
          if done % 1000 == 0 { print("checkpoint: \(done)") }
        }
      ), ("program", try target.fuzz(program: program, count: count / 100, seed: seed + 1)),
    ]
    for (place, report) in reports {
      let counts = CheckpointTarget.Command.allCases.map {
        "\($0) \(report.accepted[$0] ?? 0)/\(report.refused[$0] ?? 0)"
      }
      print(
        "checkpoint, \(place): \(report.cases) mutants, taken/refused by "
          + "\(counts.joined(separator: ", ")); faults \(report.faults.count)")
      for fault in report.faults { print("  \(fault)") }
    }
    print("checkpoint: \(ContinuousClock.now - start)")
    return reports.allSatisfy(\.1.faults.isEmpty)
  }

  private func datasets(in folder: URL) throws -> Bool {
    let start = ContinuousClock.now
    let report = try DatasetTarget(program: program, folder: folder)
      .fuzz(count: count, seed: seed) { done in
        if done % 1000 == 0 { print("hdf5: \(done)") }
      }
    print(
      "hdf5: \(report.files) mutants in \(ContinuousClock.now - start), contained crashes "
        + "\(report.contained), contained without end \(report.endless), "
        + "escaped \(report.escaped.count)"
    )
    for file in report.escaped { print("  \(file)") }
    return report.escaped.isEmpty
  }
}
