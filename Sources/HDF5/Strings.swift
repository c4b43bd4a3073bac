internal import CHDF5

extension ErrorContext {
  /// Reads `count` strings of the stored type `type`, fixed or variable length.
  ///
  /// - Parameter transfer: Reads all of them into the memory it is given, as the type it is given.
  func readStrings(
    _ count: Int, of type: borrowing Identifier, _ path: String,
    _ transfer: (hid_t, UnsafeMutableRawPointer) -> herr_t
  ) throws(HDF5Error) -> [String] {
    let isVariable = H5Tis_variable_str(type.raw)
    try check(isVariable, "read the string's type", path)
    return isVariable > 0
      ? try unsafe readVariable(count, type, path, transfer)
      : try unsafe readFixed(count, type, path, transfer)
  }

  private func readFixed(
    _ count: Int, _ type: borrowing Identifier, _ path: String,
    _ transfer: (hid_t, UnsafeMutableRawPointer) -> herr_t
  ) throws(HDF5Error) -> [String] {
    let size = H5Tget_size(type.raw)
    guard size > 0, size <= 1 << 30, count <= (1 << 30) / size else {
      throw refusal(path, found: "\(count) strings of \(size) bytes", "The file is damaged.")
    }
    let padding = H5Tget_strpad(type.raw)
    var bytes = [UInt8](repeating: 0, count: count * size)
    let status = unsafe bytes.withUnsafeMutableBytes { buffer in
      unsafe buffer.baseAddress.map { unsafe transfer(type.raw, $0) } ?? 0
    }
    try check(status, "read the string", path)
    return (0..<count).map { index in
      let field = bytes[index * size..<(index + 1) * size]
      let text: ArraySlice<UInt8> =
        switch padding {
        case H5T_STR_SPACEPAD:
          field[..<((field.lastIndex { $0 != 0x20 } ?? field.startIndex - 1) + 1)]
        case H5T_STR_NULLPAD: field[..<((field.lastIndex { $0 != 0 } ?? field.startIndex - 1) + 1)]
        default: field.prefix { $0 != 0 }
        }
      return String(decoding: text, as: UTF8.self)
    }
  }

  private func readVariable(
    _ count: Int, _ type: borrowing Identifier, _ path: String,
    _ transfer: (hid_t, UnsafeMutableRawPointer) -> herr_t
  ) throws(HDF5Error) -> [String] {
    guard count <= 1 << 20 else {
      throw refusal(path, found: "\(count) strings", "The file is damaged.")
    }
    // The library does not convert between character sets, so memory uses the stored one.
    let memory = try stringType(size: nil, H5Tget_cset(type.raw), path)
    let pointers = UnsafeMutableBufferPointer<UnsafeMutablePointer<CChar>?>.allocate(
      capacity: count)
    unsafe pointers.initialize(repeating: nil)
    defer {
      for index in pointers.indices { unsafe _ = H5free_memory(pointers[index]) }
      unsafe pointers.deallocate()
    }
    guard let base = pointers.baseAddress else { return [] }
    try check(unsafe transfer(memory.raw, UnsafeMutableRawPointer(base)), "read the string", path)
    return unsafe pointers.map { unsafe $0.map { unsafe String(cString: $0) } ?? "" }
  }

  /// A string type of `size` bytes padded with NUL, or of variable length.
  func stringType(
    size: Int?, _ characters: H5T_cset_t, _ path: String
  ) throws(HDF5Error) -> Identifier {
    let type = try adopt(H5Tcopy(chdf5_c_string()), .datatype, "make a string type", path)
    if let size {
      try check(H5Tset_size(type.raw, size), "make a string type", path)
      try check(H5Tset_strpad(type.raw, H5T_STR_NULLPAD), "make a string type", path)
    } else {
      try check(chdf5_set_variable_length(type.raw), "make a string type", path)
    }
    try check(H5Tset_cset(type.raw, characters), "make a string type", path)
    return type
  }
}
