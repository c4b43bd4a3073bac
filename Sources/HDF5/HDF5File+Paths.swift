internal import CHDF5

extension HDF5File {
  /// Whether an object of this path can be reached through hard and soft links.
  public func contains(_ path: String) -> Bool {
    (try? withFile { (file) throws(HDF5Error) in _ = try context.resolve(path, in: file) }) != nil
  }

  /// Whether an object is a group; false for a dataset.
  ///
  /// - Throws: `.missingObject`.
  public func isGroup(_ path: String) throws(HDF5Error) -> Bool {
    try withFile { (file) throws(HDF5Error) in
      let object = try context.openObject(path, in: file)
      return H5Iget_type(object.raw) == H5I_GROUP
    }
  }

  /// The names in `group`, sorted; `"/"` is the root.
  ///
  /// - Throws: `.missingObject`, or `.wrongKind` if it is not a group.
  public func children(of group: String) throws(HDF5Error) -> [String] {
    try withFile { (file) throws(HDF5Error) in
      try context.children(of: try context.resolve(group, in: file), in: file)
    }
  }

  /// Creates a group and the groups on the way to it.
  ///
  /// - Throws: `.alreadyExists` if the path is taken.
  public func createGroup(_ path: String) throws(HDF5Error) {
    try withFile { (file) throws(HDF5Error) in
      let full = try context.newPath(path, in: file)
      try context.createGroup(full, in: file)
    }
  }
}

extension ErrorContext {
  /// The names in `path`; empty ones and `.` mean nothing to HDF5.
  private func names(of path: String) throws(HDF5Error) -> [String] {
    guard !path.utf8.contains(0) else {
      throw error(
        .missingObject, path, expected: "a name", found: "one with a NUL in it",
        remedy: "Use another name.")
    }
    return path.split(separator: "/").map(String.init).filter { $0 != "." }
  }

  /// Follows `path` link by link and returns it with its soft links replaced by their targets.
  ///
  /// libhdf5 follows external links without being asked, so no path reaches it that was not walked
  /// here first.
  func resolve(_ path: String, in file: hid_t) throws(HDF5Error) -> String {
    var pending = try names(of: path)
    var current = ""
    var softLinks = 0
    while !pending.isEmpty {
      let name = pending.removeFirst()
      try requireGroup(current, in: file)
      let next = current + "/" + name
      guard try linkExists(next, in: file) else {
        throw missing(path, name, in: current, of: file)
      }
      var valueSize = 0
      switch unsafe chdf5_link_kind(file, next, &valueSize) {
      case Int32(chdf5_hard): current = next
      case Int32(chdf5_soft):
        softLinks += 1
        guard softLinks <= 16 else {
          throw refusal(path, found: "more than 16 soft links", "Remove the cycle of links.")
        }
        let target = try softTarget(next, valueSize, in: file)
        if target.hasPrefix("/") { current = "" }
        pending.insert(contentsOf: try names(of: target), at: 0)
      case Int32(chdf5_external):
        throw refusal(
          path, found: "a link to another file at \(next)", "Copy the data into this file.")
      default:
        throw refusal(path, found: "a link of unknown kind at \(next)", "Use a hard link.")
      }
    }
    return current.isEmpty ? "/" : current
  }

  /// The path of an object to be made: walked as far as it exists, its missing groups created.
  func newPath(_ path: String, in file: hid_t) throws(HDF5Error) -> String {
    let names = try names(of: path)
    guard !names.isEmpty else {
      throw error(
        .alreadyExists, path, expected: "a name", found: "the root group",
        remedy: "Name the object.")
    }
    var current = ""
    for (index, name) in names.enumerated() {
      let next = current + "/" + name
      if try linkExists(next, in: file) {
        guard index < names.count - 1 else {
          throw error(
            .alreadyExists, next, expected: "no object", found: "one",
            remedy: "Write each object once.")
        }
        current = try resolve(next, in: file)
        try requireGroup(current, in: file)
      } else {
        current = next
        if index < names.count - 1 { try createGroup(next, in: file) }
      }
    }
    return current
  }

  func createGroup(_ path: String, in file: hid_t) throws(HDF5Error) {
    let links = try linkCreation()
    let creation = try properties(chdf5_group_create())
    let group = try adopt(
      unsafe H5Gcreate2(file, path, links.raw, creation.raw, chdf5_default()), .object,
      "create the group", path)
    try check(group.close(), "close the group", path)
  }

  /// Link names in UTF-8.
  func linkCreation() throws(HDF5Error) -> Identifier {
    let list = try adopt(
      H5Pcreate(chdf5_link_create()), .propertyList, "make a property list", "")
    try check(H5Pset_char_encoding(list.raw, H5T_CSET_UTF8), "use UTF-8", "")
    return list
  }

  /// The names in the resolved group `path`, sorted.
  func children(of path: String, in file: hid_t) throws(HDF5Error) -> [String] {
    try requireGroup(path, in: file)
    let group = try adopt(
      unsafe H5Gopen2(file, path.isEmpty ? "/" : path, chdf5_default()), .object,
      "open the group", path)
    var names: [String] = []
    let status = unsafe withUnsafeMutablePointer(to: &names) { names in
      unsafe H5Literate(
        group.raw, H5_INDEX_NAME, H5_ITER_INC, nil,
        { _, name, _, names in
          guard let name = unsafe name, let names = unsafe names else { return -1 }
          unsafe names.assumingMemoryBound(to: [String].self).pointee.append(String(cString: name))
          return 0
        }, names)
    }
    try check(status, "list the group", path)
    return names.sorted()
  }

  private func linkExists(_ path: String, in file: hid_t) throws(HDF5Error) -> Bool {
    let exists = unsafe H5Lexists(file, path, chdf5_default())
    try check(exists, "look up the name", path)
    return exists > 0
  }

  private func softTarget(
    _ path: String, _ size: Int, in file: hid_t
  ) throws(HDF5Error) -> String {
    guard size > 0, size <= 1 << 16 else {
      throw refusal(path, found: "a soft link of \(size) bytes", "Remove the link.")
    }
    var value = [UInt8](repeating: 0, count: size)
    try check(
      unsafe H5Lget_val(file, path, &value, size, chdf5_default()), "read the link", path)
    return String(decoding: value.prefix { $0 != 0 }, as: UTF8.self)
  }

  /// Opens the group, dataset or type that `path` leads to.
  func openObject(_ path: String, in file: hid_t) throws(HDF5Error) -> Identifier {
    let path = try resolve(path, in: file)
    return try adopt(unsafe H5Oopen(file, path, chdf5_default()), .object, "open", path)
  }

  /// Throws unless the resolved `path` is a group.
  private func requireGroup(_ path: String, in file: hid_t) throws(HDF5Error) {
    if path.isEmpty { return }
    let object = try adopt(
      unsafe H5Oopen(file, path, chdf5_default()), .object, "open", path)
    guard H5Iget_type(object.raw) == H5I_GROUP else {
      throw error(
        .wrongKind, path, expected: "a group", found: "a dataset or type",
        remedy: "Check the path.")
    }
  }

  func refusal(_ path: String, found: String, _ remedy: String) -> HDF5Error {
    error(
      .refused, path, expected: "readable data in this file", found: found, remedy: remedy)
  }

  private func missing(
    _ path: String, _ name: String, in group: String, of file: hid_t
  ) -> HDF5Error {
    let place = group.isEmpty ? "the root group" : group
    let near = (try? children(of: group, in: file)).flatMap { nearest(to: name, among: $0) }
    return error(
      .missingObject, path, expected: "'\(name)' in \(place)",
      found: near.map { "'\($0)' as the nearest name" } ?? "an empty group",
      remedy: near.map {
        "Did you mean '\(group.isEmpty ? "" : String(group.dropFirst()) + "/")\($0)'?"
      } ?? "Check the file.")
  }
}
