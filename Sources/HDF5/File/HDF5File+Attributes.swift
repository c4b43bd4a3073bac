internal import CHDF5

/// The value of an attribute, in the kinds that this program writes and `h5py` shows plainly.
public enum AttributeValue: Hashable, Sendable {
  /// One string, UTF-8.
  case string(String)
  /// One integer, stored as int64.
  case integer(Int)
  /// A list of at most 1024 integers, but not of one, stored as int64.
  case integers([Int])
  /// One number, stored as float64.
  case real(Double)
  /// A list of strings.
  case strings([String])
}

extension HDF5File {
  /// Sets an attribute of a group or dataset, replacing one of the same name.
  ///
  /// - Throws: `.missingObject`; `.wrongType` for a string with a NUL in it; `.inputOutput`.
  public func setAttribute(
    _ name: String, of path: String, to value: AttributeValue
  ) throws(HDF5Error) {
    try withFile { (file) throws(HDF5Error) in
      let owner = try context.openObject(path, in: file)
      let place = "\(path)@\(name)"
      let exists = unsafe H5Aexists(owner.raw, name)
      try context.check(exists, "look up the attribute", place)
      if exists > 0 {
        try context.check(unsafe H5Adelete(owner.raw, name), "replace the attribute", place)
      }
      switch value {
      case .integer(let value):
        try unsafe context.write(
          name, of: owner, chdf5_stored_int64(), chdf5_native_int64(), count: nil, place,
          [Int64(value)])
      case .integers(let values):
        try unsafe context.write(
          name, of: owner, chdf5_stored_int64(), chdf5_native_int64(), count: values.count, place,
          values.map { Int64($0) })
      case .real(let value):
        try unsafe context.write(
          name, of: owner, chdf5_stored_double(), chdf5_native_double(), count: nil, place, [value])
      case .string(let value):
        try context.writeStrings([value], count: nil, name, of: owner, place)
      case .strings(let values):
        try context.writeStrings(values, count: values.count, name, of: owner, place)
      }
      try context.check(owner.close(), "write the attribute", place)
    }
  }

  /// Reads an attribute of a group or dataset; `nil` if there is none of this name.
  ///
  /// A numeric array of one element reads as that element.
  /// - Throws: `.missingObject` for the path; `.wrongType` for what `AttributeValue` cannot hold.
  public func attribute(
    _ name: String, of path: String
  ) throws(HDF5Error) -> AttributeValue? {
    try withFile { (file) throws(HDF5Error) -> AttributeValue? in
      let owner = try context.openObject(path, in: file)
      let place = "\(path)@\(name)"
      let exists = unsafe H5Aexists(owner.raw, name)
      try context.check(exists, "look up the attribute", place)
      guard exists > 0 else { return nil }
      let attribute = try context.adopt(
        unsafe H5Aopen(owner.raw, name, chdf5_default()), .attribute, "open the attribute", place)
      return try context.value(of: attribute, place)
    }
  }
}

extension ErrorContext {
  fileprivate func value(
    of attribute: borrowing Identifier, _ place: String
  ) throws(HDF5Error) -> AttributeValue {
    let type = try adopt(H5Aget_type(attribute.raw), .datatype, "read the type", place)
    let space = try adopt(H5Aget_space(attribute.raw), .dataspace, "read the shape", place)
    let shape = try extents(of: space, place)
    let stored = elementType(of: type.raw)
    let raw = attribute.raw
    if stored == .string, shape.count <= 1 {
      let count = shape.first ?? 1
      let strings =
        count == 0
        ? [] : try unsafe readStrings(count, of: type, place) { unsafe H5Aread(raw, $0, $1) }
      return shape.isEmpty ? .string(strings[0]) : .strings(strings)
    }
    if shape.allSatisfy({ $0 == 1 }), Int64.holds(stored) {
      var value: Int64 = 0
      try check(unsafe H5Aread(raw, chdf5_native_int64(), &value), "read the attribute", place)
      return .integer(Int(value))
    }
    if shape.count == 1, shape[0] <= 1024, Int64.holds(stored) {
      var values = [Int64](repeating: 0, count: shape[0])
      if values.isEmpty { return .integers([]) }
      try check(unsafe H5Aread(raw, chdf5_native_int64(), &values), "read the attribute", place)
      return .integers(values.map { Int($0) })
    }
    if shape.allSatisfy({ $0 == 1 }), Double.holds(stored) {
      var value = 0.0
      try check(unsafe H5Aread(raw, chdf5_native_double(), &value), "read the attribute", place)
      return .real(value)
    }
    throw error(
      .wrongType, place, expected: "a number, a string, or a list of integers or strings",
      found: "\(stored) of shape \(shape)", remedy: "Write the attribute in one of these kinds.")
  }

  /// Creates an attribute and writes `values`; a scalar when `count` is nil.
  fileprivate func write(
    _ name: String, of owner: borrowing Identifier, _ stored: hid_t, _ memory: hid_t, count: Int?,
    _ place: String, _ values: UnsafeRawPointer
  ) throws(HDF5Error) {
    let space = try adopt(
      count.map { unsafe H5Screate_simple(1, [hsize_t($0)], nil) } ?? H5Screate(H5S_SCALAR),
      .dataspace, "write the attribute", place)
    let creation = try adopt(
      H5Pcreate(chdf5_attribute_create()), .propertyList, "write the attribute", place)
    try check(H5Pset_char_encoding(creation.raw, H5T_CSET_UTF8), "use UTF-8", place)
    let attribute = try adopt(
      unsafe H5Acreate2(owner.raw, name, stored, space.raw, creation.raw, chdf5_default()),
      .attribute, "create the attribute", place)
    if count != 0 {
      try check(unsafe H5Awrite(attribute.raw, memory, values), "write the attribute", place)
    }
    try check(attribute.close(), "write the attribute", place)
  }

  /// Writes strings of variable length, which `h5py` gives back as `str`.
  fileprivate func writeStrings(
    _ strings: [String], count: Int?, _ name: String, of owner: borrowing Identifier,
    _ place: String
  ) throws(HDF5Error) {
    let type = try stringType(size: nil, H5T_CSET_UTF8, place)
    try unsafe withPointers(to: strings, place) { (pointers) throws(HDF5Error) in
      try unsafe write(name, of: owner, type.raw, type.raw, count: count, place, pointers)
    }
  }

  /// Lets `body` read C strings by pointers to their starts, as the library takes strings of variable length.
  func withPointers(
    to strings: [String], _ place: String,
    _ body: ([UnsafePointer<UInt8>]) throws(HDF5Error) -> Void
  ) throws(HDF5Error) {
    var bytes: [UInt8] = []
    var starts: [Int] = []
    for string in strings {
      starts.append(bytes.count)
      bytes += try utf8(string, place) + [0]
    }
    try unsafe bytes.withUnsafeBufferPointer { (buffer) throws(HDF5Error) in
      let pointers = unsafe starts.map { unsafe buffer.baseAddress.unsafelyUnwrapped + $0 }
      try unsafe body(pointers)
    }
  }

  /// The bytes of `string`, which must hold no NUL: C strings end there.
  func utf8(_ string: String, _ place: String) throws(HDF5Error) -> [UInt8] {
    guard !string.utf8.contains(0) else {
      throw error(
        .wrongType, place, expected: "text", found: "a string with a NUL in it",
        remedy: "Remove the NUL.")
    }
    return Array(string.utf8)
  }
}
