internal import HDF5

/// Numbers of a member of the group, block by block.
extension CompressedMatrix {
  private static let blockCount = 1 << 19

  private func info(_ member: String) throws -> DatasetInfo {
    let info = try file.info(path(member))
    guard info.shape.count == 1 else {
      throw problem(
        .wrongShape, member, "a list of numbers", "shape \(info.shape)",
        "Write it as scipy.sparse.csr_matrix has it.")
    }
    return info
  }

  /// How many numbers a member holds.
  func length(_ member: String) throws -> Int { try info(member).elementCount }

  /// All numbers of an integer member.
  func integers(_ member: String) throws -> [Int64] {
    var numbers: [Int64] = []
    try eachInteger(member) { numbers.append($0) }
    return numbers
  }

  /// Tells each number of an integer member.
  func eachInteger(_ member: String, _ body: (Int64) throws -> Void) throws {
    let info = try info(member)
    guard info.elementType.isInteger else {
      throw problem(
        .wrongType, member, "integers of at most 63 bits", "\(info.elementType)",
        "Convert it, for example with numpy's astype('int64').")
    }
    try blocks(info, zero: 0, as: Int64.self) { for number in $0 { try body(number) } }
  }

  /// The values of the non-zeros, scaled, as float32.
  func values(count: Int, scale: Double) throws -> [Float] {
    let info = try info(names.values)
    var values: [Float] = []
    values.reserveCapacity(count)
    switch info.elementType {
    case .float16, .float32, .float64:
      try blocks(info, zero: 0, as: Double.self) { for x in $0 { values.append(Float(x * scale)) } }
    case let type where type.isInteger:
      try blocks(info, zero: 0, as: Int64.self) {
        for x in $0 { values.append(Float(Double(x) * scale)) }
      }
    default:
      throw problem(
        .wrongType, names.values, "bool, integers of at most 63 bits, float16, float32 or float64",
        "\(info.elementType)", "Convert it, for example with numpy's astype('float32').")
    }
    return values
  }

  private func blocks<Number: HDF5Element>(
    _ info: DatasetInfo, zero: Number, as type: Number.Type, _ body: ([Number]) throws -> Void
  ) throws {
    let chunk = info.chunkRows ?? 1
    let size = max(1, Self.blockCount / chunk) * chunk
    for start in stride(from: 0, to: info.elementCount, by: size) {
      let range = start..<min(start + size, info.elementCount)
      var block = [Number](repeating: zero, count: range.count)
      var span = block.mutableSpan
      try file.readRows(info.path, rows: range, into: &span)
      try body(block)
    }
  }
}
