internal import Glibc
internal import HDF5

extension DatasetReader {
  /// An open file and the dataset in it that is being read.
  struct Source {
    let file: HDF5File
    let info: DatasetInfo
    private let filePath: String

    init(file path: String, dataset: String) throws {
      guard unsafe access(path, F_OK) == 0 else {
        throw DatasetError(
          code: .missingFile, file: path, object: "", expected: "an HDF5 file",
          found: "no file of this name",
          remedy: "Make one with 'vae-dp data mnist --from DIR -o \(path)' or "
            + "'vae-dp data sprites -o \(path)', or with h5py.")
      }
      filePath = path
      file = try HDF5File(reading: path)
      info = try file.info(dataset)
    }

    /// An error about this dataset.
    func problem(
      _ code: DatasetError.Code, _ expected: String, _ found: String, _ remedy: String
    ) -> DatasetError {
      DatasetError(
        code: code, file: filePath, object: info.path, expected: expected, found: found,
        remedy: remedy)
    }

    /// The layout that the argument or the attribute declares; `nil` if neither does.
    func layout(argument: ImageLayout) throws -> ImageLayout? {
      if argument != .auto { return argument }
      switch try file.attribute("layout", of: info.path) {
      case nil: return nil
      case .string("NCHW"): return .channelsFirst
      case .string("NHWC"): return .channelsLast
      case .some(let other):
        throw problem(
          .wrongAttribute, "the attribute 'layout' to be NCHW or NHWC", "\(other)",
          "Correct the attribute.")
      }
    }

    /// The scale that the argument or the attribute gives; `nil` if neither does.
    func scale(argument: Double?) throws -> Double? {
      var value = argument
      if value == nil {
        switch try file.attribute("scale", of: info.path) {
        case nil: return nil
        case .real(let scale): value = scale
        case .integer(let scale): value = Double(scale)
        case .some(let other):
          throw problem(
            .wrongAttribute, "a number as the attribute 'scale'", "\(other)",
            "Correct the attribute.")
        }
      }
      guard let value, Float(value).isNormal else {
        throw problem(
          .wrongAttribute, "a finite scale other than 0", "\(value ?? 0)", "Correct the scale.")
      }
      return value
    }

    /// Reads all rows as they are stored, channels last.
    func elements<Element: HDF5Element & ExpressibleByIntegerLiteral>(
      _ layout: ExampleLayout, as type: Element.Type
    ) throws -> [Element] {
      if layout.isChannelsFirst { return try converted(layout, from: type) { $0 } }
      return try file.read(info.path, as: type)
    }

    /// Reads all rows, block by block, and converts each value; channels last.
    func converted<
      Stored: HDF5Element & ExpressibleByIntegerLiteral,
      Result: BitwiseCopyable & ExpressibleByIntegerLiteral
    >(
      _ layout: ExampleLayout, from: Stored.Type, _ convert: (Stored) -> Result
    ) throws -> [Result] {
      let size = layout.exampleSize
      let channels = layout.isChannelsFirst ? layout.exampleShape[2] : 1
      let area = size / channels
      let blockRows = rowsPerBlock(rowBytes: size * MemoryLayout<Stored>.size)
      var results = [Result](repeating: 0, count: layout.rowCount * size)
      var block = [Stored](repeating: 0, count: min(blockRows, layout.rowCount) * size)
      for first in stride(from: 0, to: layout.rowCount, by: blockRows) {
        let rows = first..<min(first + blockRows, layout.rowCount)
        block.removeLast(block.count - rows.count * size)  // Only the last block is shorter.
        var span = block.mutableSpan
        try file.readRows(info.path, rows: rows, into: &span)
        for row in 0..<rows.count {
          for channel in 0..<channels {
            let (source, target) = (row * size + channel * area, (first + row) * size + channel)
            for pixel in 0..<area {
              results[target + pixel * channels] = convert(block[source + pixel])
            }
          }
        }
      }
      return results
    }

    /// About 4 MiB of rows, or one chunk if that is larger, so that each chunk is decoded once.
    private func rowsPerBlock(rowBytes: Int) -> Int {
      let rows = max(1, (4 << 20) / rowBytes)
      guard let chunk = info.chunkRows, chunk > 1 else { return rows }
      return max(1, rows / chunk) * chunk
    }

    /// Throws if a value is NaN or infinite, naming its row.
    func requireFinite(_ values: [Float], _ layout: ExampleLayout) throws {
      guard let index = values.firstIndex(where: { !$0.isFinite }) else { return }
      throw problem(
        .notFinite, "finite values within the range of float32",
        "\(values[index]) in row \(index / layout.exampleSize)",
        "Remove or replace such rows; training cannot use them.")
    }
  }
}
