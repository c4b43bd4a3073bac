import Foundation
import Testing

/// Outputs whose place takes none, and disks that are full: one line without a library's words, and one code
/// for each of the two, whatever the command.
@Suite struct OutputPlaceTests {
  private let folder: ScratchFolder

  init() throws {
    folder = try ScratchFolder()
    #expect(try run("train", "small.json", "--output", "run", in: folder).code == 0)
  }

  /// Commands that write into a folder.
  private static let commands: [(name: String, arguments: @Sendable (String) -> [String])] = [
    ("sample", { ["sample", "run", "-n", "16", "-o", "\($0)/x.png"] }),
    ("onnx", { ["export", "run", "--format", "onnx", "--output", $0] }),
    ("safetensors", { ["export", "run", "--format", "safetensors", "--output", $0] }),
    ("hdf5", { ["export", "run", "--format", "hdf5", "--output", $0] }),
    ("sprites", { ["data", "sprites", "--size", "3000", "-o", "\($0)/s.h5"] }),
  ]

  private func expect(_ result: Program.Result, _ code: Int32, _ reason: String, _ name: String) {
    #expect(result.code == code, "\(name): \(result.errors)")
    let line = result.errors.split(separator: "\n").last ?? ""
    #expect(line.hasPrefix("vae-dp: ") && line.contains(reason), "\(name): \(line)")
    #expect(!line.contains("Error Domain") && !line.contains("Cocoa"), "\(name): \(line)")
  }

  /// A file stands where the folder should be, or a device.
  @Test func aPlaceThatTakesNoneIs73() throws {
    for (name, arguments) in Self.commands {
      let result = try Program(arguments("small.json"), in: folder).wait()
      expect(result, 73, "Not a directory", name)
    }
    let none = try run("sample", "run", "-o", "none/x.png", in: folder)
    expect(none, 73, "none/x.png: could not write: No such file or directory", "sample")
    for (path, reason) in [("/dev/null", "File exists"), (".", "Is a directory")] {
      expect(try run("sample", "run", "-o", path, in: folder), 73, reason, "sample")
    }
  }

  /// Real disks, one read-only and one full.
  @Test(
    .enabled(
      if: FullDiskTests.mayMount, "needs a user who may mount a tmpfs in a namespace of their own"))
  func disksHaveOneCodeEach() throws {
    let mount = """
      mkdir -p disk; mount -t tmpfs -o size=64k tmpfs disk; cat /dev/zero > disk/filler 2> filled || true
      mkdir -p fixed; mount -t tmpfs -o ro tmpfs fixed
      shift; exec \(Program.executable.path) "$@"
      """
    try folder.write(mount, to: "mount.sh")
    let start = "shift; exec \(FullDiskTests.mounting) '. ./mount.sh' sh program \"$@\""
    for (name, arguments) in Self.commands {
      let fixed = try Program(arguments("fixed"), in: folder, start: start).wait()
      expect(fixed, 73, "Read-only file system", name)
      let full = try Program(arguments("disk"), in: folder, start: start).wait()
      expect(full, 74, "No space left on device", name)
    }
    let train = ["train", "small.json", "--output"]
    #expect(try Program(train + ["fixed/run"], in: folder, start: start).wait().code == 73)
    #expect(try Program(train + ["disk/run"], in: folder, start: start).wait().code == 74)
  }
}
