import Foundation
import Testing

/// What can be done with a run.
@Suite struct TrainedRunTests {
  private let folder: ScratchFolder

  init() throws {
    folder = try ScratchFolder()
    let result = try run("train", "small.json", "--output", "run", "--threads", "2", in: folder)
    #expect(result.code == 0, "\(result.errors)")
    #expect(result.errors.contains("small: [6, 6, 1] → 2 latents"))
    #expect(result.errors.contains("epoch 2  train ") && result.errors.contains("done: 12 steps"))
    #expect(result.errors.contains(/training, the first \d+\.\d\d s after the start →/))
    #expect(!result.errors.contains("\u{1B}"), "no control codes where there is no terminal")
  }

  @Test func aRunThatExistsIs73() throws {
    let result = try run("train", "small.json", "--output", "run", in: folder)
    #expect(result.code == 73)
    #expect(result.errors.contains("--resume auto"))
  }

  @Test func aChangedConfigurationIs78() throws {
    let result = try run(
      "train", "small.json", "training.batchSize=5", "--output", "run", "--resume", "auto",
      in: folder)
    #expect(result.code == 78)
    #expect(result.errors.contains("training.batchSize: 6 → 5"))
  }

  @Test func evaluationAsJSONHasTheseKeys() throws {
    let result = try run("evaluate", "run", "--samples", "60", "--json", in: folder)
    #expect(result.code == 0 && result.errors.isEmpty)
    let object = try ScratchFolder.object(Data(result.output.utf8))
    #expect(
      object.keys.sorted() == [
        "activeUnits", "elbo", "examples", "kl", "logLikelihood", "reconstruction",
      ])
    let estimate = try #require(object["logLikelihood"] as? [String: Any])
    #expect(estimate.keys.sorted() == ["mean", "samples", "standardError"])
    #expect(estimate["samples"] as? Int == 60)
    #expect(object["examples"] as? Int == 12)
    let numbers = ["elbo", "reconstruction", "kl"].compactMap { object[$0] as? Double }
    #expect(numbers.count == 3 && abs(numbers[0] + numbers[1] + numbers[2]) < 1e-9)
    let again = try run(
      "evaluate", "run", "--samples", "60", "--json", "--threads", "3", in: folder)
    #expect(again.output == result.output)
  }

  /// Every file that a user asks for grows beside its place: where it cannot, what was there stays.
  @Test func aFileThatCannotBeMadeLeavesTheOldOne() throws {
    for (file, arguments) in [
      ("out/decoder.onnx", ["export", "run", "--format", "onnx", "--output", "out"]),
      ("out/model.safetensors", ["export", "run", "--format", "safetensors", "--output", "out"]),
      ("out/model.h5", ["export", "run", "--format", "hdf5", "--output", "out"]),
      ("grid.png", ["sample", "run", "--output", "grid.png"]),
      ("sprites.h5", ["data", "sprites", "--size", "3", "--output", "sprites.h5", "--replace"]),
    ] {
      let first = try Program(arguments, in: folder).wait()
      #expect(first.code == 0, "\(file): \(first.errors)")
      let path = folder.url.appending(path: file)
      let staging = path.deletingLastPathComponent()
        .appending(path: ".\(path.lastPathComponent).partial")
      try FileManager.default.createDirectory(at: staging, withIntermediateDirectories: false)
      try folder.write("mine", to: file)
      let second = try Program(arguments, in: folder).wait()
      #expect(second.code == 73 && second.errors.contains(file), "\(file): \(second.errors)")
      #expect(try folder.bytes(file) == Data("mine".utf8), "\(file)")
    }
  }

  /// Parameters that are finite and far too large for their sums.
  @Test func whatIsNotFiniteIsAStringInJSON() throws {
    let training = try run(
      "train", "small.json", "training.optimizer={\"sgd\": {\"learningRate\": 1e30}}",
      "training.onNonFinite={\"skip\": {\"limit\": 1000}}", "model.likelihood=gaussian",
      "training.epochs=1", "--output", "far", in: folder)
    #expect(training.code == 0, "\(training.errors)")
    let result = try run("evaluate", "far", "--json", in: folder)
    #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
    let object = try ScratchFolder.object(Data(result.output.utf8))
    #expect(["-inf", "nan"].contains(object["elbo"] as? String))
    #expect(["inf", "nan"].contains(object["reconstruction"] as? String))
  }

  @Test func evaluationForPeopleNamesItsUnit() throws {
    let result = try run("evaluate", "run", "--split", "train/images", in: folder)
    #expect(result.code == 0)
    #expect(result.output.contains("40 examples (train/images)"))
    #expect(result.output.contains("nats per example") && !result.output.contains("log p(x)"))
    #expect(try run("evaluate", "run", "--split", "none", in: folder).code == 65)
  }

  @Test func samplesAreAPicture() throws {
    let result = try run("sample", "run", "-n", "4", "--seed", "3", "-o", "x.png", in: folder)
    #expect(result.code == 0 && result.output == "x.png\n")
    let picture = try folder.bytes("x.png")
    #expect(picture.starts(with: [0x89, 0x50, 0x4E, 0x47]))
    _ = try run("sample", "run", "-n", "4", "--seed", "3", "-o", "y.png", in: folder)
    #expect(try folder.bytes("y.png") == picture)
    #expect(try run("sample", "run", "-o", "none/x.png", in: folder).code == 73)
  }

  /// Elsewhere a picture is replaced; what lies in a run folder is the training's.
  @Test func samplesReplaceNothingInsideARunFolder() throws {
    for name in ["run/config.json", "run/checkpoints/last.h5", "run/samples/epoch-0001.png"] {
      let before = try folder.bytes(name)
      let result = try run("sample", "run", "-o", name, in: folder)
      #expect(result.code == 73 && result.errors.contains("lie in the run folder"), "\(name)")
      #expect(try folder.bytes(name) == before)
    }
    #expect(try run("sample", "run", "-n", "4", "-o", "run/new.png", in: folder).code == 0)
    for _ in 0..<2 {
      #expect(try run("sample", "run", "-n", "4", "-o", "x.png", in: folder).code == 0)
    }
  }

  @Test func exportsNameTheirFiles() throws {
    let files = [
      "onnx": ["encoder.onnx", "decoder.onnx"], "safetensors": ["model.safetensors"],
      "hdf5": ["model.h5"],
    ]
    for (format, names) in files {
      let result = try run("export", "run", "--format", format, in: folder)
      #expect(result.code == 0)
      let printed = result.output.split(separator: "\n")
      #expect(printed.count == names.count)
      for (line, name) in zip(printed, names) { #expect(line.hasSuffix("run/export/\(name)")) }
      #expect(names.allSatisfy { folder.exists("run/export/\($0)") })
    }
    let other = try run(
      "export", "run/checkpoints/last.h5", "--format", "onnx", "--output", "out", in: folder)
    #expect(other.code == 0 && folder.exists("out/encoder.onnx"))
  }

  @Test func summariesShowConfigurationAndLayers() throws {
    let untrained = try run("summary", "small.json", "training.batchSize=4", in: folder)
    #expect(untrained.code == 0)
    #expect(untrained.output.contains("\"batchSize\": 4"))
    #expect(untrained.output.contains("encoder.dense1"))
    let trained = try run("summary", "run", in: folder)
    #expect(trained.code == 0)
    #expect(trained.output.contains("trained for 12 steps, 2 epochs"))
  }
}
