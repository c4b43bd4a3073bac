import Foundation
import HDF5
import Runs
import Testing
import Verification

@Suite struct VerificationTests {
  private let folder = FileManager.default.temporaryDirectory
    .appending(path: "verification-tests-\(UUID().uuidString)")

  /// Data of 40 examples `[6, 6]`, with black pixels.
  private func configuration(_ overrides: [String]) throws -> RunConfiguration {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let path = folder.appending(path: "data.h5").path
    let file = try HDF5File.create(at: path)
    let values = (0..<40 * 36).map { (index: Int) -> UInt8 in
      index % 3 == 0 ? 0 : UInt8(index * 7919 % 251)
    }
    try file.write("train/images", shape: [40, 6, 6], values: values.span)
    try file.close()
    return try RunConfiguration(
      json: """
        { "model": {
            "encoder": ["flatten", { "dense": { "units": 8 } }, "relu"],
            "posterior": { "gaussian": { "latent": 3 } },
            "decoder": [{ "dense": { "units": 9 } }, "relu", { "dense": { "units": 36 } },
              { "reshape": { "channels": 1, "height": 6, "width": 6 } }],
            "likelihood": "bernoulli" },
          "data": { "file": "\(path)" },
          "training": { "batchSize": 12, "epochs": 2 } }
        """, overrides: overrides)
  }

  static let convolution = """
    model.encoder=[{"conv": {"channels": 3, "kernel": 4, "stride": 2, "padding": 1}}, "batchNorm", \
    "relu", "flatten"]
    """

  /// What a row of this table changes reaches the noise, the shards or the scalars in its own way.
  @Test(arguments: [
    [], [convolution], ["model.encoder[1]={\"dropout\": {\"probability\": 0.3}}"],
    ["model.objective={\"iwae\": {\"samples\": 3}}"],
    ["model.posterior={\"planarFlow\": {\"latent\": 3, \"maps\": 2}}"],
    ["model.objective={\"elbo\": {\"beta\": 2, \"warmUpEpochs\": 3, \"freeBits\": 0.1}}"],
    [
      "model.posterior={\"deterministic\": {\"latent\": 2}}",
      "model.likelihood={\"gaussian\": {\"standardDeviation\": \"learned\"}}",
    ],
    ["training.batchSize=1"], ["training.batchSize=64", "training.shards=7"],
  ])
  func gradientsAndThreadsAreRight(overrides: [String]) throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let verification = try Verification(configuration(overrides), seed: 5)
    let checks = try verification.gradients() + [verification.threads()]
    #expect(checks.map(\.check) == ["derivatives", "gradients", "thread counts"])
    for check in checks { #expect(check.isPassed, "\(check.line)") }
  }

  /// A program that trains nothing is no proof.
  @Test(arguments: ["true", "false"])
  func programsThatDoNotTrainFail(program: String) throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let verification = try Verification(configuration([]), seed: 5)
    let check = try verification.restarts(program: URL(filePath: "/bin/\(program)"))
    #expect(!check.isPassed && check.line.hasPrefix("✗ killed and resumed"))
    #expect(
      check.figure
        == (program == "true" ? "a training left no checkpoint" : "a training ended with 1"))
  }

  @Test func cancellingEndsProcessesAndRemovesTheFolder() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let verification = try Verification(configuration([]), seed: 5)
    let script = folder.appending(path: "sleep.sh")
    try Data("#!/bin/sh\necho $$ > \(folder.path)/pid; exec sleep 60\n".utf8).write(to: script)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script.path)
    let pid = folder.appending(path: "pid")
    #expect(throws: CancellationError.self) {
      _ = try verification.restarts(program: script) {
        (try? String(contentsOf: pid, encoding: .utf8).hasSuffix("\n")) == true
      }
    }
    let number = try #require(
      Int32(String(contentsOf: pid, encoding: .utf8).dropLast()))
    #expect(kill(number, 0) == -1 && errno == ESRCH)
  }
}
