internal import HDF5

extension MemoryExamples.Element {
  /// What elements of a stored type become in memory; throws for those that are no numbers.
  ///
  /// - Parameter problem: Makes an error out of its code and three sentences.
  init(of stored: ElementType, problem: ExampleLayout.Problem) throws(DatasetError) {
    switch stored {
    case .bool, .uint8: self = .bytes
    case .float16, .float32, .float64: self = .floats
    case _ where stored.isInteger: self = .floats
    default:
      throw problem(
        .wrongType, "bool, integers of at most 63 bits, float16, float32 or float64", "\(stored)",
        Self.remedy(for: stored))
    }
  }

  private static func remedy(for stored: ElementType) -> String {
    switch stored {
    case .string: "Encode the texts as numbers, and write these."
    case .other("compound"):
      "That is a table, or complex numbers: write its columns as one array, for example with pandas' to_numpy()."
    case .other("reference"):
      "That is a cell array of MATLAB, or a list of references: write the array itself."
    default: "Convert the dataset, for example with numpy's astype('float32')."
    }
  }
}
