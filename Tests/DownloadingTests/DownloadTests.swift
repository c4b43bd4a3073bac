import Crypto
import Downloading
import Foundation
import Testing

/// Against a server of the test's own; without Python it is skipped.
@Suite(.serialized) final class DownloadTests {
  private let folder = FileManager.default.temporaryDirectory.appending(
    path: "downloading-\(UUID())")
  private let server = Process()
  private let address: String
  private let content = Data((0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 5) })

  /// Answers Range as a part where the path begins with /ranges, and with the whole otherwise; notes what was asked.
  private static let program = """
    import http.server, sys
    content = open("content", "rb").read()
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked = self.headers.get("Range")
            with open("asked", "a") as log: log.write(f"{self.path} {asked}\\n")
            if self.path.endswith("missing"): return self.send_error(404)
            start = int(asked.split("=")[1].split("-")[0]) if asked and self.path.startswith("/ranges") else 0
            part = content[start:]
            self.send_response(206 if start else 200)
            if start: self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
            self.send_header("Content-Length", str(len(part)))
            self.end_headers()
            self.wfile.write(part)
        def log_message(self, *arguments): pass
    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()
    """

  init() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try content.write(to: folder.appending(path: "content"))
    server.executableURL = URL(filePath: "/usr/bin/env")
    server.arguments = ["python3", "-c", Self.program]
    server.currentDirectoryURL = folder
    let output = Pipe()
    server.standardOutput = output
    server.standardError = FileHandle.nullDevice
    try server.run()
    let port = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    address = "http://127.0.0.1:\(port.filter(\.isNumber))/"
  }

  deinit {
    // Threads of tests block the gentle signals, and processes inherit that.
    kill(server.processIdentifier, SIGKILL)
    server.waitUntilExit()
    try? FileManager.default.removeItem(at: folder)
  }

  private func set(_ name: String = "a.bin", hash: String? = nil) -> PublishedSet {
    let digest = SHA256.hash(data: content).map { String(format: "%02x", $0) }.joined()
    return PublishedSet(
      name: "set", address: "https://nowhere.invalid/",
      files: [.init(name, content.count, hash ?? digest)])
  }

  private var target: String { folder.appending(path: "target").path }
  private func kept() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: target).sorted()
  }
  private func file(_ name: String) -> URL { folder.appending(path: "target/\(name)") }
  private func asked() throws -> String {
    try String(contentsOf: folder.appending(path: "asked"), encoding: .utf8)
  }

  @Test func aFileIsFetchedOnce() throws {
    var shares: [Double] = []
    try set().fetch(into: target, from: address + "ranges/") { shares.append($0) }
    #expect(try Data(contentsOf: file("a.bin")) == content && kept() == ["a.bin"])
    #expect(shares.last == 1)
    try set().fetch(into: target, from: address + "ranges/") { _ in }
    #expect(try asked() == "/ranges/a.bin None\n")
  }

  @Test(arguments: ["ranges/", "whole/"])
  func whatIsThereIsGoneOnWith(kind: String) throws {
    try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
    try content.prefix(1000).write(to: file("a.bin.partial"))
    try set().fetch(into: target, from: address + kind) { _ in }
    #expect(try Data(contentsOf: file("a.bin")) == content)
    let first = try asked().split(separator: "\n")[0]
    #expect(first == "/\(kind)a.bin bytes=1000-")
  }

  @Test func aWrongHashIsToldAndNothingIsKept() throws {
    do {
      try set(hash: String(repeating: "0", count: 64)).fetch(
        into: target, from: address + "ranges/"
      ) { _ in }
      Issue.record("no error")
    } catch let error as DownloadError {
      #expect(error.code == .wrongContent && error.file.hasSuffix("a.bin"))
    }
    #expect(try kept() == [])
  }

  @Test func whatIsNotThereIsTold() throws {
    do {
      try set("missing").fetch(into: target, from: address) { _ in }
      Issue.record("no error")
    } catch let error as DownloadError {
      #expect(error.code == .unreachable && error.found.contains("404"), "\(error)")
    }
  }

  @Test func aChangedFileIsNotTaken() throws {
    try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
    try Data("other".utf8).write(to: file("a.bin"))
    #expect(throws: DownloadError.self) {
      try self.set().fetch(into: self.target, from: self.address) { _ in }
    }
  }

  @Test func whoeverWaitsMayEndIt() throws {
    struct Enough: Error {}
    #expect(throws: Enough.self) {
      try self.set().fetch(into: self.target, from: self.address + "ranges/") { _ in throw Enough()
      }
    }
    #expect(try !kept().contains("a.bin"))
  }
}
