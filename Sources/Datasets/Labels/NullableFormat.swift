internal import HDF5

/// A column of AnnData that may lack values, of pandas' nullable types: a group of `values` and of a `mask` that is 1
/// where there is none. It is read as its values where it has all.
enum NullableFormat: DatasetFormat {
  static func open(_ request: DatasetRequest) throws -> (any StoredExamples)? {
    guard let members = try request.members(), members.contains("values"), members.contains("mask")
    else { return nil }
    let mask = request.member("mask").name
    try request.requireList(try request.hdf5().info(mask), bytesPerRow: 8)
    if let row = try request.integers(mask).firstIndex(where: { $0 != 0 }) {
      throw request.problem(
        .unsupportedValue, "a value for each example", "none in row \(row)",
        "Leave such examples out, or fill in what is missing.")
    }
    return try request.member("values").open()
  }
}
