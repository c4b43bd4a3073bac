import Containment
import Foundation
import HDF5
import Testing

/// Children that do not end, and ends that are nobody's fault.
@Suite struct ChildTests {
  private func run(
    _ script: String, output: Int32? = nil, silence: Duration = .seconds(20),
    whole: Duration = .seconds(20)
  ) throws(HDF5Error) -> Int32 {
    try Containment.run(
      "/bin/sh", ["-c", script], on: "a.h5", output: output, silence: silence, whole: whole
    ).code
  }

  private func problem(_ body: () throws(HDF5Error) -> Void) -> HDF5Error? {
    do { try body() } catch { return error }
    return nil
  }

  @Test func timeIsBoundedAsAWhole() {
    let error = problem { () throws(HDF5Error) in
      _ = try run("while :; do echo 'at: work' >&2; sleep 0.05; done", whole: .seconds(3))
    }
    #expect(error?.code == .tookTooLong)
    #expect(error?.found.contains("at last it was work") == true, "\(error as Any)")
  }

  @Test func silenceIsNoCrash() {
    let error = problem { () throws(HDF5Error) in
      _ = try run("echo 'at: work' >&2; exec sleep 20", silence: .milliseconds(500))
    }
    #expect(error?.code == .tookTooLong)
    #expect(error?.found == "no progress in 0.5 s while work", "\(error as Any)")
  }

  /// A reader who has seen enough is not the file's fault.
  @Test func outputThatNobodyReadsIsNoCrash() throws {
    let pipe = Pipe()
    try pipe.fileHandleForReading.close()
    let code = try run(
      "while :; do echo text; done", output: pipe.fileHandleForWriting.fileDescriptor)
    #expect(code == 128 + SIGPIPE)
    #expect(problem { () throws(HDF5Error) in _ = try run("kill -SEGV $$") }?.code == .crash)
  }
}
