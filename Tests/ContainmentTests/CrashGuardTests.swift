import Containment
import Glibc
import HDF5
import TestScale
import Testing

/// A crash inside libhdf5 that no child has met before.
@Suite(.enabled(if: Sanitizer.current == nil, "sanitizers take the signal for their own"))
struct CrashGuardTests {
  /// The line begins and the process ends as the program wants it.
  @Test func itIsOneLineOfTheProgram() async throws {
    let result = try await #require(
      processExitsWith: .exitCode(42), observing: [\.standardErrorContent]
    ) {
      Containment.enable(executable: "/bin/true", arguments: [], program: "prog", exitCode: 42)
      let folder = "/dev/shm/vae-dp-crash-\(getpid())-\u{1B}.h5"
      let file = try HDF5File.create(at: folder)
      try file.write("a", shape: [1], values: [UInt8(1)].span)
      unsafe unlink(folder)
      _ = try locked { () throws(HDF5Error) in
        raise(SIGSEGV)
      }
    }
    let text = String(decoding: result.standardErrorContent, as: UTF8.self)
    #expect(text.hasPrefix("prog: /dev/shm/vae-dp-crash-"), "\(text)")
    #expect(text.contains("-\\u001b.h5: crash: expected a file that libhdf5 can read"), "\(text)")
    #expect(text.split(separator: "\n").count == 1)
  }

  @Test func aCrashElsewhereIsNobodysFile() async {
    await #expect(processExitsWith: .exitCode(7)) {
      signal(SIGSEGV) { _ in _exit(7) }
      Containment.enable(executable: "/bin/true", arguments: [], program: "prog", exitCode: 42)
      raise(SIGSEGV)
    }
  }
}
