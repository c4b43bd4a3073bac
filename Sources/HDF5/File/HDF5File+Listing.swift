internal import CHDF5

/// What a name in a file stands for.
public enum ObjectKind: Hashable, Sendable {
  case group, dataset
  /// A named type, or a link to nowhere or out of the file; why it is not followed.
  case other(String)
}

/// An object of a file, or a link that is not followed.
public struct ListedObject: Hashable, Sendable {
  /// Path inside the file, as it was reached.
  public var path: String
  /// What stands there.
  public var kind: ObjectKind
}

extension HDF5File {
  /// All objects below the root, depth first, names sorted; an object with several names comes once.
  ///
  /// - Parameter limit: The most objects that are listed.
  /// - Throws: `.inputOutput` where a group is damaged.
  public func objects(limit: Int = 10_000) throws(HDF5Error) -> [ListedObject] {
    var (found, seen): ([ListedObject], Set<UInt64>) = ([], [])
    var pending = ["/"]
    while let path = pending.popLast(), found.count < limit {
      let (object, address) = try withFile { (file) throws(HDF5Error) in
        try context.listed(path, in: file)
      }
      if let address, !seen.insert(address).inserted { continue }
      if path != "/" { found.append(object) }
      guard object.kind == .group else { continue }
      let prefix = path == "/" ? "" : path + "/"
      for name in try children(of: path).reversed() { pending.append(prefix + name) }
    }
    return found
  }

  /// The names of an object's attributes, sorted.
  ///
  /// - Throws: `.missingObject`, `.inputOutput`.
  public func attributeNames(of path: String) throws(HDF5Error) -> [String] {
    try withFile { (file) throws(HDF5Error) in
      let owner = try context.openObject(path, in: file)
      var names: [String] = []
      let status = unsafe withUnsafeMutablePointer(to: &names) { names in
        unsafe H5Aiterate2(
          owner.raw, H5_INDEX_NAME, H5_ITER_NATIVE, nil,
          { _, name, _, names in
            guard let name = unsafe name, let names = unsafe names else { return -1 }
            let list = unsafe names.assumingMemoryBound(to: [String].self)
            guard unsafe list.pointee.count < 1000 else { return 1 }
            unsafe list.pointee.append(String(cString: name))
            return 0
          }, names)
      }
      try context.check(status, "list the attributes", path)
      return names.sorted()
    }
  }
}

extension ErrorContext {
  /// What `path` leads to inside the file, with its address.
  fileprivate func listed(
    _ path: String, in file: OpenFile
  ) throws(HDF5Error) -> (ListedObject, UInt64?) {
    do {
      let found = try find(path, in: file)
      let kind: ObjectKind =
        switch H5Iget_type(found.identifier.raw) {
        case H5I_GROUP: .group
        case H5I_DATASET: .dataset
        default: .other("a named type")
        }
      return (ListedObject(path: path, kind: kind), try address(of: found))
    } catch {
      let reason: String
      switch error.code {
      case .refused: reason = error.found
      case .newerFormat: reason = "in the format of a newer HDF5. \(error.remedy)"
      case .missingObject: reason = "a link to nothing"
      default: throw error
      }
      return (ListedObject(path: path, kind: .other(reason)), nil)
    }
  }
}
