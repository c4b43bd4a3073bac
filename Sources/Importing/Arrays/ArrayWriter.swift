internal import HDF5

/// Writes one array as a dataset of the stored type that holds it.
struct ArrayWriter {
  let role: ArrayRoles.Role
  let output: ImportOutput
  let source: ImportSource
  let progress: ImportProgress
  let step: (Double) throws -> Void

  private var array: NamedArray { role.array }

  /// - Parameter all: All arrays: classes of one name have the same list of names.
  func write(among all: [ArrayRoles.Role]) throws {
    guard let type = array.header.type else { return }
    guard array.header.rowSize <= ImportLimits.rowElements else {
      throw source.rowTooLong(array.header.rowSize, at: array.name)
    }
    if type.isText { return try writeTexts(type, among: all) }
    progress.note("'\(array.name)' \(array.header.text) is \(role.path).")
    switch (type.kind, type.size) {
    case (.bool, _): try write(type, UInt8(0)) { bytes in bytes.map { $0 == 0 ? 0 : 1 } }
    case (.unsigned, 1): try write(type, UInt8(0)) { $0 }
    case (.real, 8):
      try write(type, 0.0, isFinite: \.isFinite) { type.double($0) }
    case (.real, _): try write(type, Float(0), isFinite: \.isFinite) { type.float($0) }
    case (.integer, 8), (.unsigned, 4), (.unsigned, 8):
      try write(type, Int64(0)) { type.int64($0) }
    default: try write(type, Int32(0)) { type.int32($0) }
    }
  }

  private func write<T: HDF5Element>(
    _ type: NumpyType, _ zero: T, isFinite: KeyPath<T, Bool>? = nil,
    _ decode: @escaping ([UInt8]) -> [T]?
  ) throws {
    var rowShape = Array(array.header.shape.dropFirst())
    guard !rowShape.contains(0) else {
      throw source.problem(
        .empty, at: array.name, "examples of at least one number", array.header.text,
        "Leave it out: exclude=[\(array.name)].")
    }
    let isData = ["x", "images"].contains(role.path.split(separator: "/").last)
    if rowShape.isEmpty, isData { rowShape = [1] }
    // Numbers with a fraction hardly get smaller, and packing takes longer than all else.
    let writer = try output.rows(
      role.path, shape: rowShape, of: T.self, deflate: isFinite == nil ? 4 : 0)
    var wrong = 0
    try ArrayRows(array: array, size: type.size, zero: zero, decode: decode).forEachBlock(step) {
      block in
      if let isFinite { wrong += block.reduce(0) { $0 + ($1[keyPath: isFinite] ? 0 : 1) } }
      try writer.append(block)
    }
    if wrong > 0 {
      progress.note(
        "'\(array.name)' has \(wrong) numbers that are not finite: training refuses them.")
    }
  }

  private func writeTexts(_ type: NumpyType, among all: [ArrayRoles.Role]) throws {
    let field = role.path.split(separator: "/").last
    var names: Set<String> = []
    for other in all where other.path.split(separator: "/").last == field {
      try texts(of: other.array).forEachBlock({ _ in try step(0) }) { block in
        names.formUnion(block)
        guard names.count <= ImportLimits.classes else {
          throw source.problem(
            .unsupported, at: array.name, "at most \(ImportLimits.classes) different texts", "more",
            "Leave it out: exclude=[\(array.name)].")
        }
      }
    }
    progress.note("'\(array.name)' is \(role.path): \(names.count) classes.")
    let writer = try output.classes(role.path, names.sorted())
    try texts(of: array).forEachBlock(step) { block in
      for text in block { try writer.append(text) }
    }
  }

  private func texts(of array: NamedArray) -> ArrayRows<String> {
    let type = array.header.type
    return ArrayRows(array: array, size: type?.size ?? 1, zero: "") { type?.texts($0) }
  }
}
