internal import Files
internal import Glibc
internal import HDF5

/// Converts the four IDX files of MNIST, or of a data set in its form, to HDF5.
public enum MNISTImporter {
  /// Reads the files in `folder` and writes one HDF5 file.
  ///
  /// It holds `train/images` `[N, H, W]` uint8, `train/labels` `[N]` uint8, and the same under
  /// `test`; the images carry the attribute `scale` 1/255. The files' names are
  /// `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and
  /// `t10k-labels-idx1-ubyte`, also with a dot before `idx`, also with `.gz`.
  /// - Parameters:
  ///   - folder: Where the IDX files are.
  ///   - path: The HDF5 file; it appears when it is complete.
  ///   - replacing: Whether a file of this name may be replaced.
  ///   - progress: Told the images done of one of the two files; what it throws ends the work.
  /// - Throws: `DatasetError` for a missing, malformed or mismatching file; `HDF5Error`; what `progress`
  ///   throws. No file is left then.
  public static func importFiles(
    from folder: String, to path: String, replacing: Bool = false,
    progress: (_ rowsDone: Int, _ rowCount: Int) throws -> Void = { _, _ in }
  ) throws {
    // Found before anything is written, so that what is missing is told at once.
    let files = try ["train", "t10k"].map { prefix in
      (
        images: try find("\(prefix)-images", "idx3-ubyte", in: folder),
        labels: try find("\(prefix)-labels", "idx1-ubyte", in: folder)
      )
    }
    try writeDataset(to: path, replacing: replacing) { output in
      for (group, files) in zip(["train", "test"], files) {
        try copy(images: files.images, labels: files.labels, to: group, of: output, progress)
      }
      try output.setAttribute("generator", of: "/", to: .string("vae-dp mnist"))
      try output.setAttribute("version", of: "/", to: .integer(1))
    }
  }

  private static func copy(
    images imagePath: String, labels labelPath: String, to group: String, of output: HDF5File,
    _ progress: (Int, Int) throws -> Void
  ) throws {
    let labels = try IDXFile(reading: labelPath)
    guard labels.shape.count == 1 else {
      throw mismatch(labelPath, "labels of one axis", "shape \(labels.shape)")
    }
    let images = try IDXFile(reading: imagePath)
    guard images.shape.count == 3 else {
      throw mismatch(imagePath, "images of three axes", "shape \(images.shape)")
    }
    guard images.shape[0] == labels.shape[0] else {
      throw mismatch(imagePath, "\(labels.shape[0]) images, as labels", "\(images.shape[0])")
    }
    let name = "\(group)/images"
    try output.createDataset(name, shape: images.shape, of: UInt8.self, deflate: 4)
    let (count, rowSize) = (images.shape[0], images.bytes.count / images.shape[0])
    let block = max(1, (1 << 20) / rowSize)  // A chunk of the file.
    for first in stride(from: 0, to: count, by: block) {
      let rows = first..<min(first + block, count)
      let part = images.bytes.span.extracting(rows.lowerBound * rowSize..<rows.upperBound * rowSize)
      try output.writeRows(name, rows: rows, values: part)
      try progress(rows.upperBound, count)
    }
    try output.setAttribute("scale", of: name, to: .real(1 / 255))
    try output.write(
      "\(group)/labels", shape: labels.shape, values: labels.bytes.span, deflate: 4)
  }

  private static func find(
    _ stem: String, _ suffix: String, in folder: String
  ) throws(DatasetError) -> String {
    let names = ["-", "."].flatMap { ["\(stem)\($0)\(suffix)", "\(stem)\($0)\(suffix).gz"] }
    for name in names {
      let path = folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
      if unsafe access(path, F_OK) == 0 { return path }
    }
    let first = folder.hasSuffix("/") ? folder + names[0] : "\(folder)/\(names[0])"
    if let problem = accessProblem(first), !isMissing(first) {
      throw DatasetError(
        code: .inputOutput, file: folder, object: "", expected: "a folder that can be read",
        found: problem.found, remedy: problem.remedy)
    }
    throw DatasetError(
      code: .missingFile, file: folder, object: "", expected: "'\(names[0])', with or without .gz",
      found: "no such file",
      remedy: "Download the four files of MNIST into this folder, or name the folder they are in.")
  }

  private static func mismatch(
    _ file: String, _ expected: String, _ found: String
  ) -> DatasetError {
    DatasetError(
      code: .wrongShape, file: file, object: "", expected: expected, found: found,
      remedy: "Check that the four files belong together.")
  }
}
