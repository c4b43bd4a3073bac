import Foundation
import HDF5
import Testing

/// Every file, column and key that the program writes stands in the page of files.
@Suite struct DocumentedFilesTests {
  private let folder: ScratchFolder
  /// What the page names: words, and names of files with their digits taken for one.
  private let page: Set<String>

  init() throws {
    folder = try ScratchFolder()
    let code = try Documents.code("Documentation/files.md")
    let words = code.flatMap { $0.split { !($0.isLetter || $0.isNumber || "_.-".contains($0)) } }
    page = Set(
      words.map { Self.plain(String($0)) }
        + words.flatMap { $0.split(separator: ".") }.map(String.init))
    // One value whose square overflows: its steps are skipped.
    var values = (0..<40 * 36).map { Float($0 * 7919 % 251) / 250 }
    values[17 * 36 + 5] = 3e38
    let file = try HDF5File.create(at: folder.url.appending(path: "far.h5").path)
    try file.write("train/images", shape: [40, 6, 6], values: values.span)
    try file.close()
  }

  private static func plain(_ name: String) -> String { name.replacing(/[0-9]+/, with: "0") }

  private func expectNamed(_ names: some Sequence<String>, in place: String) {
    for name in names { #expect(page.contains(name), "\(place): \(name) is not in files.md") }
  }

  /// The keys of JSON, at any depth.
  private func keys(_ value: Any) -> Set<String> {
    switch value {
    case let object as [String: Any]: Set(object.keys).union(object.values.flatMap(keys))
    case let array as [Any]: Set(array.flatMap(keys))
    default: []
    }
  }

  private func keys(of text: some StringProtocol) throws -> Set<String> {
    keys(try JSONSerialization.jsonObject(with: Data(text.utf8)))
  }

  private func text(_ name: String) throws -> String {
    String(decoding: try folder.bytes(name), as: UTF8.self)
  }

  private func train(_ more: String...) throws {
    let result = try Program(
      [
        "train", "small.json", "--output", "run", "data.file=far.h5", "data.test=null",
        "data.validation={\"fraction\": 0.1}", "model.likelihood=gaussian",
        "checkpoints.everySteps=2",
        "training.onNonFinite=skip",
      ] + more, in: folder
    ).wait()
    #expect(result.code == 0, "\(result.errors)")
  }

  @Test func everyNameIsThere() throws {
    try train()
    try train("training.epochs=3", "training.l2=0.1", "--resume", "auto", "--allow-changes")
    for format in ["onnx", "safetensors", "hdf5"] {
      #expect(try run("export", "run", "--format", format, in: folder).code == 0)
    }
    let names = try FileManager.default.subpathsOfDirectory(
      atPath: folder.url.appending(path: "run").path)
    expectNamed(names.map { Self.plain(URL(filePath: $0).lastPathComponent) }, in: "run")

    let lines = try text("run/metrics.jsonl").split(separator: "\n")
    for event in ["step", "epoch", "nonFinite", "resumed"] {
      #expect(lines.contains { $0.contains("\"event\":\"\(event)\"") }, "\(event)")
    }
    expectNamed(try lines.flatMap(keys), in: "metrics.jsonl")
    let columns = try text("run/metrics.csv").prefix { $0 != "\n" }
    #expect(
      try Documents.text("Documentation/files.md").replacing("\n", with: " ")
        .contains("`\(columns.replacing(",", with: ", "))`"))
    for name in ["status.json", "environment.json", "checkpoints/checkpoints.json"] {
      expectNamed(try keys(of: text("run/\(name)")), in: name)
    }
    // The configuration has a page of its own.
    let other = try Set(
      Documents.code("Documentation/configuration.md").flatMap {
        $0.split { !$0.isLetter && !$0.isNumber }
      }
      .map(String.init))
    for key in try keys(of: text("run/config.json")) { #expect(other.contains(key), "\(key)") }

    try expectNamed(inFile: "checkpoints/last.h5")
    let minibatch = try #require(names.first { $0.hasPrefix("nonfinite-") })
    try expectNamed(inFile: minibatch)
    try expectNamed(inFile: "export/model.h5")
  }

  /// Objects and attributes of an HDF5 file, without the names of parameters; and the keys of its state.
  private func expectNamed(inFile name: String) throws {
    let file = try HDF5File(reading: folder.url.appending(path: "run/\(name)").path)
    let objects = try file.objects().map(\.path)
    for path in ["/"] + objects {
      expectNamed(try file.attributeNames(of: path), in: "\(name): \(path)")
      let words = path.split(separator: "/").filter { !$0.contains(".") }
      expectNamed(words.map(String.init), in: name)
    }
    if objects.contains("/state") {
      expectNamed(try keys(of: file.readString("/state")), in: "\(name): /state")
      #expect(try keys(of: file.readString("/state")).contains("nonFinite"))
    }
    try file.close()
  }
}
