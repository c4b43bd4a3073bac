internal import Configuration
internal import HDF5

/// Reads WAV files: one alone, or a folder of them.
struct WAVImporter: Importer {
  static let name = "wav"
  static let meaning = """
    A WAV file, or a folder of them: PCM of 8, 16, 24 or 32 bits or floats, as float32 of −1...1. Windows of `length` samples \
    become 'x' [N, length], of several channels [N, length, channels], with the attribute sampleRate; 'file', which of \
    'names' a window is of; 'labels', the folders that files are in. What is left at the end of a file is passed over.
    """

  enum Channels: String, CaseIterable { case all, mean }

  private let length: Int?
  private let stride: Int?
  private let channels: Channels
  private let hasClasses: Bool

  init(reading reader: inout ObjectReader) throws(ConfigurationError) {
    length = try reader.optionalInteger(
      "length", in: 1...1 << 24, "Samples of a window; null for whole files of equal length.")
    stride =
      try reader.only(with: "length") { reader throws(ConfigurationError) in
        try reader.optionalInteger(
          "stride", in: 1...1 << 24, "Samples from one window to the next; null for `length`.")
      } ?? nil
    channels = try reader.word(
      "channels", default: .all, "`all` keeps them apart, `mean` makes one of them.")
    hasClasses = try reader.boolean(
      "classes", default: true, "Whether the first folder on the way to a file is its class.")
  }

  static func recognises(_ source: ImportSource) -> Bool {
    if source.isFolder { return FolderListing.has(["wav"], in: source) }
    let start = source.firstBytes
    return start.starts(with: "RIFF".utf8) && start.dropFirst(8).starts(with: "WAVE".utf8)
  }

  func read(_ source: ImportSource, into output: ImportOutput, _ progress: ImportProgress) throws {
    let listing =
      source.isFolder
      ? try FolderListing(source, suffixes: ["wav"], hasClasses: hasClasses)
      : FolderListing(ofFile: source.path)
    if listing.otherCount > 0 {
      progress.note("\(listing.otherCount) files whose names do not end in .wav were passed over")
    }
    let total = listing.parts.reduce(0) { $0 + $1.files.count }
    var (shape, done): (Shape?, Int) = (nil, 0)
    for part in listing.parts {
      var target: Target?
      for file in part.files {
        do {
          let sound = try WAVFile(reading: file.path)
          let found = try self.shape(of: sound, file, shape)
          try copy(sound, found, file) { window in
            let writer = try target ?? Target(output, part.prefix, found, listing.classes)
            (target, shape) = (writer, found)
            try writer.append(window, file)
          }
        } catch let problem as ImportError {
          try progress.skip(problem)
        }
        done += 1
        try progress.reached(Double(done) / Double(total))
      }
      try target?.finish(output)
    }
  }

  private struct Shape: Equatable {
    var length, channels, rate: Int
  }

  /// What windows of a file are.
  ///
  /// - Parameter known: What those of the files before it are.
  /// - Throws: `ImportError.mismatch` where they are others.
  private func shape(
    of sound: WAVFile, _ file: FolderListing.File, _ known: Shape?
  ) throws(ImportError) -> Shape {
    func problem(_ expected: String, _ found: String, _ remedy: String) -> ImportError {
      ImportError(
        code: .mismatch, file: file.path, expected: expected, found: found, remedy: remedy)
    }
    guard let length = length ?? sound.frameCount,
      length <= ImportLimits.rowElements / sound.channels
    else {
      throw problem(
        "a length of at most \(ImportLimits.rowElements / sound.channels) samples",
        sound.frameCount.map { "\($0)" } ?? "none",
        "Say how many samples an example has: length=16000.")
    }
    if let count = sound.frameCount, count < max(1, length) {
      throw problem(
        "at least \(max(1, length)) samples", "\(count)",
        "Take shorter windows, or leave out such files with --skip-bad.")
    }
    let found = Shape(
      length: length, channels: channels == .mean ? 1 : sound.channels, rate: sound.sampleRate)
    guard let known else { return found }
    guard found.rate == known.rate else {
      throw problem(
        "\(known.rate) samples per second, as the first file has", "\(found.rate)",
        "Bring all files to one rate: ffmpeg -i FILE -ar \(known.rate) OUT.wav")
    }
    guard found.channels == known.channels else {
      throw problem(
        "\(known.channels) channels, as the first file has", "\(found.channels)",
        "Make one channel of all: channels=mean.")
    }
    guard found.length == known.length else {
      throw problem(
        "\(known.length) samples, as the first file has", "\(found.length)",
        "Say how many samples an example has: length=\(min(known.length, found.length)).")
    }
    return found
  }

  /// Hands on all windows of a file.
  private func copy(
    _ sound: WAVFile, _ shape: Shape, _ file: FolderListing.File, _ append: ([Float]) throws -> Void
  ) throws {
    let stride = self.stride ?? shape.length
    var window: [Float] = []
    var count = 0
    while true {
      window += mixed(try sound.read(frames: shape.length - window.count / shape.channels), sound)
      guard window.count == shape.length * shape.channels else { break }
      try append(window)
      count += 1
      if stride < shape.length {
        window.removeFirst(stride * shape.channels)
      } else {
        window = []
        var gap = stride - shape.length
        while gap > 0, case let skipped = try sound.read(frames: min(gap, 1 << 16)),
          !skipped.isEmpty
        {
          gap -= skipped.count / sound.channels
        }
      }
    }
    guard count > 0 else {
      throw ImportError(
        code: .mismatch, file: file.path, expected: "at least \(shape.length) samples",
        found: "fewer", remedy: "Take shorter windows, or leave out such files with --skip-bad.")
    }
  }

  private func mixed(_ samples: [Float], _ sound: WAVFile) -> [Float] {
    guard channels == .mean, sound.channels > 1 else { return samples }
    return (0..<samples.count / sound.channels).map { frame in
      let start = frame * sound.channels
      return samples[start..<start + sound.channels].reduce(0, +) / Float(sound.channels)
    }
  }

  /// Where a part goes.
  private final class Target {
    private let prefix: String
    private let windows: RowWriter<Float>
    private let files: RowWriter<Int32>
    private let labels: ClassWriter?
    private var names: [String] = []

    init(_ output: ImportOutput, _ prefix: String, _ shape: Shape, _ classes: [String]) throws {
      self.prefix = prefix
      let extents = [shape.length] + (shape.channels == 1 ? [] : [shape.channels])
      windows = try output.rows("\(prefix)x", shape: extents, of: Float.self, deflate: 0)
      try windows.set("sampleRate", .integer(shape.rate))
      files = try output.rows("\(prefix)file", shape: [], of: Int32.self)
      labels = classes.isEmpty ? nil : try output.classes("\(prefix)labels", classes)
    }

    func append(_ window: [Float], _ file: FolderListing.File) throws {
      if names.last != file.name { names.append(file.name) }
      try windows.append(window)
      try files.append(CollectionOfOne(Int32(names.count - 1)))
      try labels?.append(file.label)
    }

    func finish(_ output: ImportOutput) throws { try output.texts("\(prefix)names", names) }
  }
}
