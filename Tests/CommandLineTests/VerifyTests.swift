import Foundation
import Testing

@Suite struct VerifyTests {
  private let folder: ScratchFolder
  private let temporary: URL

  init() throws {
    folder = try ScratchFolder()
    temporary = folder.url.appending(path: "temporary")
    try FileManager.default.createDirectory(at: temporary, withIntermediateDirectories: true)
  }

  private func verify(_ more: String...) throws -> Program {
    try Program(
      ["verify", "small.json"] + more, in: folder, environment: ["TMPDIR": temporary.path])
  }

  private func expectNothingLeft() throws {
    #expect(try FileManager.default.contentsOfDirectory(atPath: temporary.path) == [])
    #expect(!folder.exists("runs"))
  }

  @Test func aSoundConfigurationIs0() throws {
    let result = try verify("training.clipNorm=5", "--seed", "3").wait(seconds: 120)
    #expect(result.code == 0, "\(result.output) \(result.errors)")
    let lines = result.output.split(separator: "\n")
    let names = ["derivatives", "gradients", "thread counts", "killed and resumed"]
    #expect(lines.count == names.count)
    for (line, name) in zip(lines, names) { #expect(line.hasPrefix("✓ \(name)  "), "\(line)") }
    #expect(lines.last?.contains("8 SIGKILLs (seed 3)") == true)
    try expectNothingLeft()
  }

  @Test func jsonHasTheSameChecks() throws {
    let result = try verify("--json").wait(seconds: 120)
    #expect(result.code == 0, "\(result.output) \(result.errors)")
    let list = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
    let checks = try #require(list as? [[String: Any]])
    #expect(checks.count == 4 && checks.allSatisfy { $0["isPassed"] as? Bool == true })
    #expect(checks[0].keys.sorted() == ["check", "compared", "figure", "isPassed"])
  }

  @Test func aSignalEndsItAndNothingIsLeft() throws {
    let program = try verify()
    for _ in 0..<2000 {
      let names = try FileManager.default.contentsOfDirectory(atPath: temporary.path)
      if !names.isEmpty { break }
      Thread.sleep(forTimeInterval: 0.01)
    }
    program.send(SIGINT)
    #expect(try program.wait().code == 130)
    try expectNothingLeft()
  }

  @Test func errorsHaveTheirCodes() throws {
    #expect(try run("verify", "none.json", in: folder).code == 66)
    #expect(try run("verify", "small.json", "data.file=none.h5", in: folder).code == 66)
    #expect(try run("verify", "small.json", "training.batchSize=0", in: folder).code == 78)
    #expect(try run("verify", in: folder).code == 64)
  }
}
