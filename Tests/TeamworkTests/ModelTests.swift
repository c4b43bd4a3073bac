import Foundation
import TestScale
import Testing

/// The model of the gate's protocol, by the model checker spin: it holds, and each break of it is found.
@Suite struct ModelTests {
  private static let isInstalled =
    ["/usr/bin", "/usr/local/bin"].contains {
      FileManager.default.isExecutableFile(atPath: $0 + "/spin")
    } && Sanitizer.current == nil

  @Test(.enabled(if: isInstalled, "needs spin (`make model` installs it) and no sanitizer"))
  func theProtocolHoldsAndItsBreaksAreFound() throws {
    let script = URL(filePath: #filePath).deletingLastPathComponent().path + "/Model/check.sh"
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = [script]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let found = try output.fileHandleForReading.readToEnd() ?? Data()
    let text = String(decoding: found, as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(text)")
    #expect(text.contains("holds"), "\(text)")
  }
}
