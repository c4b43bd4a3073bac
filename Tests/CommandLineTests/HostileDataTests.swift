import Foundation
import FuzzTargets
import TestScale
import Testing

/// Files and circumstances that mean harm, met by the whole program.
@Suite struct HostileDataTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func train(_ file: String) throws -> Program.Result {
    try run("train", "small.json", "--dry-run", "data.file=\(file)", in: folder)
  }

  private func fixture(_ name: String) -> String { fixtures.appending(path: name).path }

  /// The address sanitizer ends a process where libhdf5 first goes astray, as it should.
  private static let libraryMayCrash = Sanitizer.current != .address

  @Test(.enabled(if: libraryMayCrash, "libhdf5 is reported before it crashes"))
  func aFileThatCrashesTheLibraryIsOneLine() throws {
    for arguments in [
      ["train", "small.json", "data.file=\(fixture("short-chunk.h5"))"],
      ["inspect", fixture("short-chunk.h5")],
    ] {
      let result = try Program(arguments, in: folder).wait(seconds: 60)
      #expect(result.code == 65 && result.output.isEmpty, "\(arguments) \(result)")
      let last = result.errors.split(separator: "\n").last ?? ""
      #expect(last.contains("short-chunk.h5: crash: expected a file that libhdf5 can read, found"))
      #expect(last.contains(" while reading "))
    }
    #expect(!folder.exists("runs"))
  }

  /// `bad-attribute.h5`, which `make fuzz` found: its attributes cannot be listed, and asking for one by
  /// name crashes libhdf5.
  @Test(.enabled(if: libraryMayCrash, "libhdf5 is reported before it crashes"))
  func anAttributeThatCrashesTheLibraryIsMetByTheChild() throws {
    for arguments in [
      ["train", "small.json", "data.file=\(fixture("bad-attribute.h5"))"],
      ["inspect", fixture("bad-attribute.h5")],
    ] {
      let result = try Program(arguments, in: folder).wait(seconds: 60)
      #expect(result.code == 65 && result.output.isEmpty, "\(arguments) \(result)")
      #expect(result.errors.contains("bad-attribute.h5: crash: expected a file that libhdf5"))
      #expect(result.errors.contains(" while "), "\(result)")
    }
  }

  /// `endless-attribute.h5`, which `make fuzz` found: libhdf5 looks for an attribute without end.
  @Test(.enabled(if: TestScale.isTorture, "takes 30 s"))
  func anAttributeWithoutEndIsMetByTheChild() throws {
    let result = try train(fixture("endless-attribute.h5"))
    #expect(result.code == 65 && result.output.isEmpty, "\(result)")
    #expect(
      result.errors.contains(
        "endless-attribute.h5: tookTooLong: expected a file that libhdf5 reads"))
    #expect(result.errors.contains("found no progress in 30 s while "))
  }

  @Test func inspectionTellsWhatCanBeTrainedOn() throws {
    let result = try run("inspect", "data.h5", in: folder)
    #expect(result.code == 0, "\(result)")
    #expect(
      result.output.contains("  train/images  [40, 6, 6] uint8, chunks of 40 rows, fletcher32"))
    #expect(result.output.contains("40 examples of shape [6, 6, 1]"))
    #expect(
      result.output.contains(
        #""data": { "file": "data.h5", "train": "train/images", "test": "test/images" }"#))
    let json = try run("inspect", "data.h5", "--json", in: folder)
    let object = try ScratchFolder.object(Data(json.output.utf8))
    #expect((object["entries"] as? [Any])?.count == 4)
    #expect(try run("inspect", "none.h5", in: folder).code == 66)
    #expect(try run("inspect", "small.json", in: folder).code == 65)
  }

  @Test func nothingOfAFileReachesTheTerminalRaw() throws {
    for result in [
      try run("inspect", fixture("control.h5"), in: folder), try train(fixture("control.h5")),
      try run("train", "small.json", "data.file=\u{1B}[31m\n.h5", in: folder),
      try run("train", "small.json", "\u{1B}[31m=1", in: folder),
    ] {
      let text = result.output + result.errors
      #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" }, "\(result)")
    }
  }

  @Test func pipesFoldersAndDevicesAreNoData() throws {
    #expect(unsafe mkfifo(folder.url.appending(path: "pipe.h5").path, 0o600) == 0)
    for file in ["pipe.h5", ".", "/dev/zero"] {
      let result = try train(file)
      #expect(result.code == 65 && result.errors.contains("found a folder, a pipe or a device"))
    }
    for file in [".", "none.json"] { #expect(try run("train", file, in: folder).code == 66) }
    let endless = try run("train", "/dev/zero", in: folder)
    #expect(endless.code == 78 && endless.errors.contains("expected at most 16777216 bytes"))
  }

  @Test func sizesBeyondReasonAreRefused() throws {
    let name = try run(
      "train", "small.json", "name=\(String(repeating: "a", count: 201))", in: folder)
    #expect(name.code == 78 && name.errors.contains("1 to 200 letters"))
    let layers = "[" + Array(repeating: "\"relu\"", count: 513).joined(separator: ",") + "]"
    let many = try run("train", "small.json", "model.encoder=\(layers)", in: folder)
    #expect(
      many.code == 78 && many.errors.contains("expected at most 512 layers, found 513 layers"))
    let units = #"["flatten",{"dense":{"units":16777216}},{"dense":{"units":16777216}}]"#
    let large = try run("train", "small.json", "--dry-run", "model.encoder=\(units)", in: folder)
    #expect(large.code == 78 && large.errors.contains("MiB of free memory"), "\(large)")
    // Few weights, and products beyond all counting.
    let images = #"""
      {"encoder":[{"conv":{"channels":1,"kernel":1024,"stride":1024}},"flatten"],
       "posterior":{"gaussian":{"latent":1}},
       "decoder":[{"reshape":{"channels":1,"height":1,"width":1}},
         {"convTranspose":{"channels":1,"kernel":1024,"stride":1024}},
         {"convTranspose":{"channels":1,"kernel":40,"stride":40}}],"likelihood":"bernoulli"}
      """#
    let summary = try run(
      "summary", "small.json", "model=\(images)", "training.batchSize=1000000", "training.shards=1",
      in: folder)
    #expect(summary.code == 0, "\(summary)")
    // In a prior's layers, of every sample.
    let latents = #"""
      {"encoder":["flatten"],
       "latents":[{"name":"a","posterior":{"gaussian":{"latent":1}}},
         {"name":"b","posterior":{"gaussian":{"latent":1}},"prior":{"conditional":{"layers":[
           {"reshape":{"channels":1,"height":1,"width":1}},
           {"convTranspose":{"channels":1,"kernel":1024,"stride":1024}},
           {"convTranspose":{"channels":1,"kernel":40,"stride":40}},
           {"conv":{"channels":1,"kernel":1024,"stride":1024}},"flatten"]}}}],
       "decoder":[{"dense":{"units":36}},{"reshape":{"channels":1,"height":6,"width":6}}],
       "likelihood":"bernoulli","objective":{"iwae":{"samples":1000}}}
      """#
    let prior = try run("train", "small.json", "--dry-run", "model=\(latents)", in: folder)
    #expect(prior.code == 78, "\(prior)")
    #expect(prior.errors.contains("found a layer whose results for one example take 6400000 MiB"))
  }

  @Test func limitsOfTheProcessAreTold() throws {
    let few = try limited("ulimit -n 20", "train", "small.json")
    #expect(few.code == 0, "\(few)")
    let none = try limited("ulimit -n 7", "train", "small.json", "--output", "other")
    // libdispatch looks at its threads once a second and traps where no descriptor is left for that:
    // a start that a sanitizer slows takes so long.
    if Sanitizer.current == nil { #expect((64...78).contains(none.code), "\(none)") }
    let full = try limited("exec >/dev/full", "summary", "small.json")
    #expect(full.code == 74 && full.errors.contains("standard output: expected to be written"))
    let closed = try limited("exec >&-", "summary", "small.json")
    #expect(closed.code == 74, "\(closed)")
  }

  /// Runs the program behind a line of shell.
  private func limited(_ setting: String, _ arguments: String...) throws -> Program.Result {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments =
      ["-c", "\(setting); exec \"$@\"", "sh", Program.executable.path] + arguments
    process.currentDirectoryURL = folder.url
    let (output, errors) = (Pipe(), folder.url.appending(path: "limited"))
    try Data().write(to: errors)
    process.standardOutput = output
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    let text = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    let code = process.terminationStatus + (process.terminationReason == .exit ? 0 : 128)
    return Program.Result(
      code: code, output: String(decoding: text, as: UTF8.self),
      errors: try String(contentsOf: errors, encoding: .utf8))
  }

  @Test func anIDXFileThatDeclaresMoreThanItHoldsIsRefused() throws {
    let mnist = folder.url.appending(path: "mnist")
    try FileManager.default.createDirectory(at: mnist, withIntermediateDirectories: true)
    for name in ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"] {
      try FileManager.default.copyItem(
        at: fixtures.appending(path: "bomb.gz"),
        to: mnist.appending(path: "\(name)-ubyte.gz"))
    }
    let result = try run("data", "mnist", "--from", "mnist", "-o", "out.h5", in: folder)
    #expect(result.code == 65 && !folder.exists("out.h5"), "\(result)")
  }

  @Test(arguments: ParserTarget.allCases)
  func mutantsCrashNoParser(parser: ParserTarget) throws {
    let report = try parser.fuzz(count: 1000, seed: 1, in: folder.url)
    #expect(report.slowest < 10)
  }

  @Test func mutatedCheckpointsAreTakenOrToldOf() throws {
    let target = try CheckpointTarget(folder: folder.url.appending(path: "fuzz"))
    for report in [
      try target.fuzz(count: TestScale.count(100, torture: 5000), seed: 3),
      try target.fuzz(
        program: Program.executable, count: TestScale.count(2, torture: 100), seed: 3),
    ] {
      #expect(report.faults.isEmpty, "\(report)")
      #expect(report.cases > 0)
    }
  }

  @Test(.enabled(if: libraryMayCrash, "libhdf5 is reported before it crashes"))
  func mutatedDataSetsCrashChildrenOnly() throws {
    let report = try DatasetTarget(program: Program.executable, folder: folder.url)
      .fuzz(count: 300, seed: 1)
    #expect(report.files == 300 && report.endless == 0)
    #expect(report.escaped.isEmpty, "\(report)")
  }
}
