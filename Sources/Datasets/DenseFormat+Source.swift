internal import HDF5
internal import Storage

extension DenseFormat {
  /// An open file and the dataset in it that is being read.
  struct Source {
    let file: HDF5File
    let rows: DatasetRows
    let convention: AxisConvention
    let filePath: String

    /// What the file says about the dataset.
    var info: DatasetInfo { rows.info }

    init(_ request: DatasetRequest) throws {
      filePath = request.filePath
      file = try request.hdf5()
      rows = try DatasetRows(request.name, of: file)
      convention = try AxisConvention(rows.info, in: file)
    }

    /// An error about this dataset.
    func problem(
      _ code: DatasetError.Code, _ expected: String, _ found: String, _ remedy: String
    ) -> DatasetError {
      DatasetError(
        code: code, file: filePath, object: info.path, expected: expected, found: found,
        remedy: remedy)
    }

    /// How the elements become examples.
    func layout(_ request: DatasetRequest) throws -> ExampleLayout {
      let declared = try layout(argument: request.layout)
      // Beside the data, a list is of one number for each example.
      let stored = info.shape
      let shape = request.kind != .data && stored.count == 1 ? stored + [1] : stored
      return try ExampleLayout(
        shape: shape, axes: convention.axes(of: shape), layout: declared ?? .channelsLast,
        isDeclared: declared != nil, problem: problem)
    }

    /// The layout that the argument or the attribute declares; `nil` if neither does.
    func layout(argument: ImageLayout) throws -> ImageLayout? {
      if argument != .auto { return argument }
      switch try file.attribute(.layout, of: info.path) {
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
        switch try file.attribute(.scale, of: info.path) {
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

    /// What the elements become in memory.
    func element() throws -> MemoryExamples.Element {
      try MemoryExamples.Element(of: info.elementType, problem: problem)
    }

    /// How all rows come into memory; `scale` is for floats.
    func reading(
      _ layout: ExampleLayout, _ element: MemoryExamples.Element, scale: Double, isStreamed: Bool
    ) throws -> RowReading {
      let bytes = layout.rowCount * layout.exampleSize * element.size
      guard let memory = SharedMemory(byteCount: bytes, mayExceedMemory: isStreamed) else {
        throw problem(
          .inputOutput, "\(bytes) bytes of memory for the examples", "less than that",
          "Free memory or take fewer examples.")
      }
      return RowReading(
        rows: rows, layout: layout, scale: scale, element: element, memory: memory,
        filePath: filePath)
    }
  }
}
