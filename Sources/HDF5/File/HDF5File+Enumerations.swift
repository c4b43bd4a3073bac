internal import CHDF5

/// A value of an enumeration, and what it is called.
public struct EnumerationMember: Hashable, Sendable {
  /// Its name; bytes that are not UTF-8 are U+FFFD.
  public var name: String
  /// Its number.
  public var value: Int64
}

extension HDF5File {
  /// The members of the enumeration that a dataset's elements are of, in ascending order of their numbers.
  ///
  /// - Throws: As `info`; `.wrongType` where they are of no enumeration.
  public func enumeration(of path: String) throws(HDF5Error) -> [EnumerationMember] {
    try withFile { (file) throws(HDF5Error) in
      let dataset = try context.openDataset(path, in: file)
      guard dataset.info.elementType == .enumeration else {
        throw context.wrongType("an enumeration", dataset.info)
      }
      let type = try context.adopt(
        H5Dget_type(dataset.identifier.raw), .datatype, "read the type", path)
      return try context.members(of: type, path)
    }
  }
}

extension ErrorContext {
  fileprivate func members(
    of type: borrowing Identifier, _ path: String
  ) throws(HDF5Error) -> [EnumerationMember] {
    let base = try adopt(H5Tget_super(type.raw), .datatype, "read the enumeration", path)
    let count = H5Tget_nmembers(type.raw)
    try check(count, "read the enumeration", path)
    var members: [EnumerationMember] = []
    for index in 0..<UInt32(count) {
      guard let name = unsafe H5Tget_member_name(type.raw, index) else {
        throw failure("read the enumeration", path)
      }
      defer { unsafe _ = H5free_memory(name) }
      var value: Int64 = 0  // Room for the base type, of at most 8 bytes, and for what it becomes.
      try check(
        unsafe H5Tget_member_value(type.raw, index, &value), "read the enumeration", path)
      try check(
        unsafe H5Tconvert(base.raw, chdf5_native_int64(), 1, &value, nil, chdf5_default()),
        "read the enumeration", path)
      members.append(EnumerationMember(name: unsafe String(cString: name), value: value))
    }
    return members.sorted { ($0.value, $0.name) < ($1.value, $1.name) }
  }
}
