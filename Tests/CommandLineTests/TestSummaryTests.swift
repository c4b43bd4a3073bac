import Foundation
import Testing

/// What `make test` shows of the output of `swift test`.
@Suite struct TestSummaryTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func shown(_ log: String) throws -> String {
    try folder.write(log, to: "log")
    let script = Documents.root.appending(path: "Tests/summary.awk").path
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["awk", "-f", script, "log"]
    process.currentDirectoryURL = folder.url
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return String(decoding: data, as: UTF8.self)
  }

  private static let head = """
    Test Suite 'All tests' started at 2026-01-01 00:00:00.000
    \t Executed 0 tests, with 0 failures (0 unexpected) in 0.0 (0.0) seconds
    ◇ Test run started.
    ↳ Testing Library Version: 6.3
    ◇ Suite A started.
    ◇ Test one(text:) started.
    ◇ Test case passing 1 argument text → "{
    }" to one(text:) started.
    ✔ Test one(text:) with 1 test case passed after 0.1 seconds.

    """

  @Test func suitesAndCountsAreShown() throws {
    let tail = """
      ➜ Test two() skipped: "takes long"
      ✔ Suite A passed after 0.2 seconds.
      ✔ Test run with 2 tests in 1 suite passed after 0.2 seconds.

      """
    #expect(
      try shown(Self.head + tail) == """
        ➜ Test two() skipped: "takes long"
        ✔ Suite A passed after 0.2 seconds.
        1 passed, 0 failed, 1 skipped
        ✔ Test run with 2 tests in 1 suite passed after 0.2 seconds.

        """)
  }

  @Test func failuresAreShownWhole() throws {
    let tail = """
      ✘ Test two() recorded an issue at A.swift:1:2: Expectation failed: text == "a
      b"
      ↳ a comment
      ✘ Test two() failed after 0.1 seconds with 1 issue.
      ◇ Test three() started.
      ✘ Suite A failed after 0.2 seconds with 1 issue.
      ✘ Test run with 3 tests in 1 suite failed after 0.2 seconds with 1 issue.

      """
    let expected = tail.replacing("◇ Test three() started.\n", with: "")
      .replacing("✘ Test run", with: "1 passed, 1 failed, 0 skipped\n✘ Test run")
    #expect(try shown(Self.head + tail) == expected)
  }

  @Test func aCrashShowsTheLastLines() throws {
    let text = try shown(Self.head + "error: Exited with unexpected signal code 4\n")
    #expect(text.hasPrefix("error: Exited with unexpected signal code 4\nThe tests did not come"))
    #expect(text.hasSuffix("seconds.\nerror: Exited with unexpected signal code 4\n"))
    #expect(text.contains("◇ Test one(text:) started.\n"))
  }

  /// A failure is the exit status of `make test` too: that of the last of a pipe would be awk's.
  @Test func theMakefilePipesSafely() throws {
    let lines = try Documents.text("Makefile").split(separator: "\n").map(String.init)
    #expect(lines.contains(".SHELLFLAGS := -eu -o pipefail -c"))
    #expect(lines.contains("\tswift test -c release --skip-build $(SHOWN)"))
  }
}
