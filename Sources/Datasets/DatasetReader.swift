internal import HDF5

/// Reads data sets and labels from HDF5 files.
public enum DatasetReader {
  /// Reads a dataset into memory.
  ///
  /// Rows are `[N, D]`, `[N, H, W]` (one channel is added), `[N, H, W, C]`, or `[N, C, H, W]` when
  /// that is declared; elements are uint8, which stay bytes, float32, or float64, which are rounded
  /// to float32. Memory holds the result and, while values are converted or transposed, a block of
  /// about 4 MiB or one chunk of the file.
  /// - Parameters:
  ///   - file: Path of the HDF5 file.
  ///   - dataset: Path inside it, for example `train/images`.
  ///   - layout: Where the channels are; `.auto` asks the attribute `layout`.
  ///   - scale: What values are multiplied by. Without it the attribute `scale` decides, and without
  ///     that 1/255 for bytes of which one is above 1, else 1.
  /// - Throws: `DatasetError` for a missing file, a shape, type or attribute that does not fit, or a
  ///   value that is not finite, with its row; `HDF5Error` for what the file itself has.
  public static func open(
    file: String, dataset: String, layout: ImageLayout = .auto, scale: Double? = nil
  ) throws -> MemoryExamples {
    let source = try Source(file: file, dataset: dataset)
    let declared = try source.layout(argument: layout)
    let shape = try ExampleLayout(
      shape: source.info.shape, layout: declared ?? .channelsLast, isDeclared: declared != nil,
      problem: source.problem)
    let scale = try source.scale(argument: scale)
    switch source.info.elementType {
    case .uint8:
      let bytes = try source.elements(shape, as: UInt8.self)
      var maximum: UInt8 = 0
      for byte in bytes { maximum = max(maximum, byte) }
      return MemoryExamples(
        bytes: bytes, exampleShape: shape.exampleShape,
        scale: Float(scale ?? (maximum > 1 ? 1 / 255 : 1)))
    case .float32:
      var floats = try source.elements(shape, as: Float.self)
      if let scale {
        let factor = Float(scale)
        for i in floats.indices { floats[i] *= factor }
      }
      try source.requireFinite(floats, shape)
      return MemoryExamples(
        floats: floats, exampleShape: shape.exampleShape, scale: Float(scale ?? 1))
    case .float64:
      let factor = scale ?? 1
      let floats = try source.converted(shape, from: Double.self) { Float($0 * factor) }
      try source.requireFinite(floats, shape)
      return MemoryExamples(
        floats: floats, exampleShape: shape.exampleShape, scale: Float(scale ?? 1))
    default:
      throw source.problem(
        .wrongType, "uint8, float32 or float64", "\(source.info.elementType)",
        "Convert the dataset, for example with numpy's astype('float32').")
    }
  }

  /// Reads labels: `[N]` or `[N, 1]` integers.
  ///
  /// - Throws: `DatasetError` for a missing file, another shape or type; `HDF5Error`.
  public static func labels(file: String, dataset: String) throws -> [Int64] {
    let source = try Source(file: file, dataset: dataset)
    let shape = source.info.shape
    guard shape.count == 1 || (shape.count == 2 && shape[1] == 1) else {
      throw source.problem(
        .wrongShape, "labels of shape [N]", "\(shape)", "Name the dataset of the labels.")
    }
    guard shape[0] > 0 else {
      throw source.problem(.empty, "at least one label", "none", "Choose another dataset.")
    }
    switch source.info.elementType {
    case .uint8, .int8, .uint16, .int16, .uint32, .int32, .int64:
      return try source.file.read(dataset, as: Int64.self)
    default:
      throw source.problem(
        .wrongType, "integers of at most 63 bits", "\(source.info.elementType)",
        "Convert the labels, for example with numpy's astype('int64').")
    }
  }
}
