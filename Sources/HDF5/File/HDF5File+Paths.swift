internal import CHDF5

extension HDF5File {
  /// Whether an object of this path can be reached through hard and soft links.
  public func contains(_ path: String) -> Bool {
    (try? withFile { (file) throws(HDF5Error) in _ = try context.find(path, in: file) }) != nil
  }

  /// Whether an object is a group; false for a dataset.
  ///
  /// - Throws: `.missingObject`.
  public func isGroup(_ path: String) throws(HDF5Error) -> Bool {
    try withFile { (file) throws(HDF5Error) in
      let found = try context.find(path, in: file)
      return found.isGroup
    }
  }

  /// The names in `group`, sorted; `"/"` is the root.
  ///
  /// - Throws: `.missingObject`, or `.wrongKind` if it is not a group.
  public func children(of group: String) throws(HDF5Error) -> [String] {
    try withFile { (file) throws(HDF5Error) in
      let found = try context.find(group, in: file)
      return try context.children(of: found.identifier, found.path)
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

  /// Follows `path` link by link and opens what it leads to.
  ///
  /// libhdf5 follows external links without being asked, so it is given one name at a time, and only
  /// names whose links were looked at here. The walk begins at the root, or at the parent where this
  /// is known.
  func find(_ path: String, in file: OpenFile) throws(HDF5Error) -> FoundObject {
    let start = try start(of: path, in: file)
    var (place, pending) = (start.group?.path ?? "", start.names)
    var current = try open(start.group, in: file)
    var softLinks = 0
    while let name = pending.popLast() {
      try requireGroup(current, place)
      let next = place + "/" + name
      guard try linkExists(name, from: current.raw, next) else {
        throw missing(path, name, in: current, place)
      }
      var valueSize = 0
      switch unsafe chdf5_link_kind(current.raw, name, &valueSize) {
      case Int32(chdf5_hard):
        current = try open(name, from: current.raw, next)
        place = next
      case Int32(chdf5_soft):
        softLinks += 1
        guard softLinks <= 16 else {
          throw refusal(path, found: "more than 16 soft links", "Remove the cycle of links.")
        }
        let target = try softTarget(name, valueSize, from: current.raw, next)
        if target.hasPrefix("/") {
          place = ""
          current = try open(nil, in: file)
        }
        pending += try names(of: target).reversed()
      case Int32(chdf5_external):
        throw refusal(
          path, found: "a link to another file at \(next)", "Copy the data into this file.")
      default:
        throw refusal(path, found: "a link of unknown kind at \(next)", "Use a hard link.")
      }
    }
    let found = FoundObject(identifier: current, path: place.isEmpty ? "/" : place)
    if found.isGroup, file[path] == nil {
      let address = try address(of: found)
      file.note(OpenFile.KnownGroup(name: OpenFile.key(path), path: place, address: address))
    }
    return found
  }

  private func open(
    _ name: String, from location: hid_t, _ path: String
  ) throws(HDF5Error) -> Identifier {
    try adopt(unsafe H5Oopen(location, name, chdf5_default()), .object, "open", path)
  }

  /// Opens a group that was found before; the root where it is nil.
  private func open(
    _ group: OpenFile.KnownGroup?, in file: OpenFile
  ) throws(HDF5Error) -> Identifier {
    guard let group else { return try open("/", from: file.raw, "/") }
    return try adopt(H5Oopen_by_addr(file.raw, haddr_t(group.address)), .object, "open", group.path)
  }

  /// Where the walk along `path` begins (nil: at the root), and the names that are left, last one first.
  private func start(
    of path: String, in file: OpenFile
  ) throws(HDF5Error) -> (group: OpenFile.KnownGroup?, names: [String]) {
    if let known = file[path] { return (known, []) }
    if let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")),
      let known = file[String(path[..<slash])]
    {
      return (known, try names(of: String(path[slash...])))
    }
    return (nil, try names(of: path).reversed())
  }

  /// Opens the group, dataset or type that `path` leads to.
  func openObject(_ path: String, in file: OpenFile) throws(HDF5Error) -> Identifier {
    let found = try find(path, in: file)
    return found.identifier
  }

  /// Where an object lies in its file.
  func address(of found: borrowing FoundObject) throws(HDF5Error) -> UInt64 {
    var address: UInt64 = 0
    try check(
      unsafe chdf5_object_address(found.identifier.raw, &address), "read the address", found.path)
    return address
  }

  /// The path of an object to be made: walked as far as it exists, its missing groups created.
  func newPath(_ path: String, in file: OpenFile) throws(HDF5Error) -> String {
    let names = try names(of: path)
    guard !names.isEmpty else {
      throw error(
        .alreadyExists, path, expected: "a name", found: "the root group",
        remedy: "Name the object.")
    }
    var current = ""
    for (index, name) in names.enumerated() {
      let next = current + "/" + name
      if try linkExists(next, from: file.raw, next) {
        guard index < names.count - 1 else {
          throw error(
            .alreadyExists, next, expected: "no object", found: "one",
            remedy: "Write each object once.")
        }
        let found = try find(next, in: file)
        current = found.path
        try requireGroup(found.identifier, current)
      } else {
        current = next
        if index < names.count - 1 { try createGroup(next, in: file) }
      }
    }
    return current
  }

  func createGroup(_ path: String, in file: OpenFile) throws(HDF5Error) {
    let links = try linkCreation()
    let creation = try properties(chdf5_group_create())
    let group = try adopt(
      unsafe H5Gcreate2(file.raw, path, links.raw, creation.raw, chdf5_default()), .object,
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

  /// The names in a group, sorted.
  func children(
    of group: borrowing Identifier, _ path: String
  ) throws(HDF5Error) -> [String] {
    try requireGroup(group, path)
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

  private func linkExists(
    _ name: String, from location: hid_t, _ path: String
  ) throws(HDF5Error) -> Bool {
    let exists = unsafe H5Lexists(location, name, chdf5_default())
    try check(exists, "look up the name", path)
    return exists > 0
  }

  private func softTarget(
    _ name: String, _ size: Int, from location: hid_t, _ path: String
  ) throws(HDF5Error) -> String {
    guard size > 0, size <= 1 << 16 else {
      throw refusal(path, found: "a soft link of \(size) bytes", "Remove the link.")
    }
    var value = [UInt8](repeating: 0, count: size)
    try check(
      unsafe H5Lget_val(location, name, &value, size, chdf5_default()), "read the link", path)
    return String(decoding: value.prefix { $0 != 0 }, as: UTF8.self)
  }

  private func requireGroup(
    _ object: borrowing Identifier, _ path: String
  ) throws(HDF5Error) {
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
    _ path: String, _ name: String, in group: borrowing Identifier, _ place: String
  ) -> HDF5Error {
    let near = (try? children(of: group, place)).flatMap { nearest(to: name, among: $0) }
    return error(
      .missingObject, path, expected: "'\(name)' in \(place.isEmpty ? "the root group" : place)",
      found: near.map { "'\($0)' as the nearest name" } ?? "an empty group",
      remedy: near.map {
        "Did you mean '\(place.isEmpty ? "" : String(place.dropFirst()) + "/")\($0)'?"
      } ?? "Check the file.")
  }
}
