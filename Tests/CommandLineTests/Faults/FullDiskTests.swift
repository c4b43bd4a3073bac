import Foundation
import Testing

/// A real full disk, where this user may mount a small one.
@Suite struct FullDiskTests {
  /// Exit code of a shell command.
  private static func shell(_ command: String, in folder: ScratchFolder) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", command]
    process.currentDirectoryURL = folder.url
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }

  /// A shell that may mount, in which nothing outlives the command.
  static let mounting = "unshare --user --map-root-user --mount sh -ec"

  static let mayMount: Bool = {
    guard let folder = try? ScratchFolder() else { return false }
    let probe = "\(mounting) 'mount -t tmpfs -o size=1m tmpfs .' 2> /dev/null"
    return (try? shell(probe, in: folder)) == 0
  }()

  /// Training outlives the full disk, the old checkpoint loads, and with space the run goes on.
  @Test(.enabled(if: mayMount, "needs a user who may mount a tmpfs in a namespace of their own"))
  func aFullDiskLosesNothing() throws {
    let folder = try ScratchFolder()
    let run = """
      mkdir disk; mount -t tmpfs -o size=24m tmpfs disk
      train="\(Program.executable.path) train small.json --output disk/run --resume auto"
      train="$train training.reportEverySteps=500 training.epochs=null training.steps=3000"
      train="$train checkpoints.everySteps=500"
      $train 2> first &
      until test -e disk/run/checkpoints/last.h5; do sleep 0.02; done
      cat /dev/zero > disk/filler 2> filled || true
      sleep 0.3
      before=$(sha256sum disk/run/checkpoints/last.h5)
      code=0; wait $! || code=$?
      echo $code > code
      test "$before" = "$(sha256sum disk/run/checkpoints/last.h5)" && touch intact
      rm disk/filler
      $train 2> second
      cp disk/run/status.json .
      """
    try folder.write(run, to: "run.sh")
    let code = try Self.shell("\(Self.mounting) '. ./run.sh'", in: folder)
    let said = { (name: String) in String(decoding: try folder.bytes(name), as: UTF8.self) }
    let (first, second) = (try said("first"), try said("second"))
    #expect(code == 0, "\(first) \(second)")
    #expect(try said("code") == "74\n")
    #expect(folder.exists("intact"))
    #expect(first.contains("No space left on device") && first.contains("done: 3000 steps"))
    #expect(second.contains("at step") && second.contains("done: 3000 steps"))
    #expect(try folder.object("status.json")["step"] as? Int == 3000)
  }
}
