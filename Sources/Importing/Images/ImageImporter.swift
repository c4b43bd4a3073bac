internal import Configuration
internal import Dispatch
internal import HDF5
internal import Host
internal import Synchronization

/// Reads a folder of pictures.
struct ImageImporter: Importer {
  static let name = "images"
  static let meaning = """
    A folder of PNG, JPEG, TIFF, PGM, PPM and PBM pictures, and its folders: 'images' [N, H, W], of colours [N, H, W, 3], \
    uint8 with the scale 1/255; 'names', their paths; 'labels', the folders they are in. Where all are in folders train, test \
    or valid, these are the parts train/images and so on. Pictures are turned as their EXIF data say; what is transparent \
    becomes white; 16 bits become 8.
    """

  enum Crop: String, CaseIterable { case centre, none }

  private let size: [Int]?
  private let crop: Crop
  private let isGrey: Bool?
  private let hasClasses: Bool

  init(reading reader: inout ObjectReader) throws(ConfigurationError) {
    size = try reader.optionalIntegers(
      "size", count: 2, in: 1...4096,
      "Height and width to bring pictures to, or one number for both: smaller by the mean over areas, larger by linear "
        + "interpolation.")
    crop = try reader.word(
      "crop", default: .centre,
      "What happens where `size` has another aspect: `centre` takes the largest part around the centre, `none` distorts."
    )
    let makesGrey = try reader.boolean("grey", default: false, "Whether all become grey.")
    let makesColours = try reader.boolean(
      "rgb", default: false,
      "Whether all get three channels; otherwise they do where the first picture has colours.")
    if makesGrey, makesColours {
      throw reader.error("rgb", expected: "false beside grey=true")
    }
    isGrey = makesGrey ? true : makesColours ? false : nil
    hasClasses = try reader.boolean(
      "classes", default: true, "Whether the first folder on the way to a picture is its class.")
  }

  static func recognises(_ source: ImportSource) -> Bool {
    source.isFolder && FolderListing.has(Picture.suffixes, in: source)
  }

  func read(_ source: ImportSource, into output: ImportOutput, _ progress: ImportProgress) throws {
    guard source.isFolder else {
      throw source.problem(
        .unsupported, "a folder of pictures", "a file", "Name the folder that it is in.")
    }
    let listing = try FolderListing(source, suffixes: Picture.suffixes, hasClasses: hasClasses)
    if listing.otherCount > 0 {
      progress.note(
        "\(listing.otherCount) files that are no pictures by their names were passed over")
    }
    let total = listing.parts.reduce(0) { $0 + $1.files.count }
    var (shape, done): (Shape?, Int) = (nil, 0)
    for part in listing.parts {
      var target: Target?
      // Some for each core; the rest of a block waits for its last.
      for start in stride(from: 0, to: part.files.count, by: Self.blockSize) {
        let files = part.files[start..<min(start + Self.blockSize, part.files.count)]
        for (file, result) in zip(files, decode(Array(files))) {
          do {
            let picture = try fitting(try result.get(), to: &shape, file.path)
            let writer =
              try target ?? Target(output, part.prefix, shape ?? Shape(picture), listing.classes)
            target = writer
            try writer.append(picture, file)
          } catch let problem as ImportError {
            try progress.skip(problem)
          }
        }
        done += files.count
        try progress.reached(Double(done) / Double(total))
      }
      try target?.finish(output)
    }
  }

  private static let blockSize = 8 * availableCoreCount()

  /// Decodes on all cores; results are in the files' order.
  private func decode(_ files: [FolderListing.File]) -> [Result<Picture, ImportError>] {
    let results = Mutex([Result<Picture, ImportError>?](repeating: nil, count: files.count))
    DispatchQueue.concurrentPerform(iterations: files.count) { i in
      let result = Result { () throws(ImportError) in prepared(try Picture(reading: files[i].path))
      }
      results.withLock { $0[i] = result }
    }
    return results.withLock { $0.compactMap(\.self) }
  }

  private func prepared(_ picture: Picture) -> Picture {
    var picture = picture
    if isGrey == true { picture = picture.grey() }
    if let size {
      if crop == .centre { picture = picture.cropped(toAspectOf: size[0], size[1]) }
      picture = picture.resized(to: size[0], size[1])
    }
    return isGrey == false ? picture.coloured() : picture
  }

  /// Brings a grey picture among coloured ones to three channels.
  ///
  /// - Parameter shape: That of all; this picture's where it is the first.
  /// - Throws: `ImportError.mismatch` for another size, and for a coloured picture among grey ones.
  private func fitting(
    _ picture: Picture, to shape: inout Shape?, _ path: String
  ) throws(ImportError) -> Picture {
    guard let known = shape else {
      shape = Shape(picture)
      return picture
    }
    let fitted = known.channels == 3 ? picture.coloured() : picture
    let found = Shape(fitted)
    guard found.height == known.height, found.width == known.width else {
      throw ImportError(
        code: .mismatch, file: path,
        expected: "\(known.height) × \(known.width) pixels, as the first picture has",
        found: "\(found.height) × \(found.width)",
        remedy: "Say to which size to bring all: size=64, or size=[\(known.height),\(known.width)]."
      )
    }
    guard found.channels == known.channels else {
      throw ImportError(
        code: .mismatch, file: path, expected: "grey, as the first picture is", found: "colours",
        remedy: "Say what all shall be: grey=true or rgb=true.")
    }
    return fitted
  }

  private struct Shape {
    let height, width, channels: Int

    init(_ picture: Picture) {
      (height, width, channels) = (picture.height, picture.width, picture.channels)
    }
  }

  /// Where a part goes.
  private final class Target {
    private let prefix: String
    private let images: RowWriter<UInt8>
    private let labels: ClassWriter?
    private var names: [String] = []

    init(_ output: ImportOutput, _ prefix: String, _ shape: Shape, _ classes: [String]) throws {
      self.prefix = prefix
      let extents = [shape.height, shape.width] + (shape.channels == 1 ? [] : [shape.channels])
      images = try output.rows("\(prefix)images", shape: extents, of: UInt8.self)
      try images.set("scale", .real(1 / 255))
      labels = classes.isEmpty ? nil : try output.classes("\(prefix)labels", classes)
    }

    func append(_ picture: Picture, _ file: FolderListing.File) throws {
      try images.append(picture.pixels)
      try labels?.append(file.label)
      names.append(file.name)
    }

    func finish(_ output: ImportOutput) throws { try output.texts("\(prefix)names", names) }
  }
}
