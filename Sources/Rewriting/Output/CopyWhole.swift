internal import HDF5

extension FileContents {
  /// Copies a dataset as it is, or a matrix in CSR form; tells what was left out.
  func copyWhole(
    _ path: String, to name: String, in output: HDF5File, _ storage: StorageOptions,
    _ progress: RewriteProgress
  ) throws -> [String] {
    let info = isMatrix(path) ? nil : try file.info(path)
    if let info, info.shape.isEmpty || info.shape.contains(0) {
      try copyBare(info, to: name, in: output)
    } else {
      let field = try field(path, storage)
      let writer = try field.writer(name, in: output)
      try field.forEachBlock { _, block in
        try writer.append(block)
        try progress.moved(block.bytes.count)
      }
      _ = try writer.finish()
    }
    return try copyAttributes(of: path, to: name, in: output)
  }

  /// Copies a scalar, or what has no elements.
  private func copyBare(_ info: DatasetInfo, to name: String, in output: HDF5File) throws {
    let type = try StoredType(of: info.path, in: file)
    if info.shape.contains(0) {
      return try output.write(name, shape: info.shape, bytes: [], of: type)
    }
    if info.elementType == .string {
      return try output.writeString(name, file.readString(info.path))
    }
    try output.write(name, shape: [], bytes: file.readScalar(info.path, of: type), of: type)
  }

  /// Copies the attributes of an object that are of a kind that can be read; tells of the others.
  func copyAttributes(
    of path: String, to name: String, in output: HDF5File,
    replacing changed: [String: AttributeValue] = [:]
  ) throws -> [String] {
    var left: [String] = []
    var names = try file.attributeNames(of: path)
    // What the extents are said by need not be an attribute.
    if changed["shape"] != nil, !names.contains("shape") { names.append("shape") }
    for attribute in names {
      var value = changed[attribute]
      if value == nil {
        do throws(HDF5Error) {
          value = try file.attribute(attribute, of: path)
        } catch {
          guard error.code == .wrongType else { throw error }
          left.append("left out: the attribute \(attribute) of \(path), \(error.found)")
        }
      }
      if let value { try output.setAttribute(attribute, of: name, to: value) }
    }
    return left
  }
}
