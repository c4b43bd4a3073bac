import ArgumentParser
import VAEDP

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Hand a trained model over to other programs.")

  @Argument(help: "A run folder (its best checkpoint, or its last) or a checkpoint file.")
  var model: String

  @Option(
    help: "onnx, safetensors or hdf5.",
    transform: {
      guard let format = ExportFormat(rawValue: $0) else {
        throw ValidationError("expected onnx, safetensors or hdf5, not '\($0)'.")
      }
      return format
    })
  var format: ExportFormat

  @Option(help: "Folder to write to. (default: RUN/export)")
  var output: String?

  func run() throws {
    try reporting {
      let trained = try TrainedModel(model)
      for file in try trained.export(format, to: output ?? trained.defaultExportFolder) {
        try put(file)
      }
    }
  }
}
