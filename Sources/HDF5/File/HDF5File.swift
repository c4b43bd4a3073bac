internal import CHDF5
internal import Files
internal import Glibc
internal import Synchronization

/// Numbers the images: libhdf5 takes two that are open under one name for the same file, and reads
/// the first one's content from both.
private let imageCount = Atomic(0)

/// An open HDF5 file, with one owner; not to be used from two threads at once.
///
/// Calls from different files on different threads are safe: one lock serialises them. Files that
/// are created here use the newest format, in which metadata and chunks carry checksums; `h5py`
/// and `h5dump` read them. A file becomes readable by others once `close()` has returned, and
/// libhdf5 never calls `fsync`: a caller who needs that does it after closing.
public final class HDF5File {
  let context: ErrorContext
  private var handle: OpenFile?

  private init(_ handle: hid_t, _ context: ErrorContext) {
    (self.handle, self.context) = (OpenFile(handle), context)
  }

  /// Creates a file that must not exist yet.
  ///
  /// - Throws: `.alreadyExists` if there is one, `.inputOutput` if it cannot be made.
  public static func create(at path: String) throws(HDF5Error) -> HDF5File {
    let context = ErrorContext(file: path)
    let handle = try locked { () throws(HDF5Error) -> hid_t in
      // Unlocked: a child process would inherit the lock and keep it beyond `close`.
      let access = try context.fileAccess(isLocked: false)
      try context.check(
        chdf5_use_latest_format(access.raw),
        "choose the file format", "")
      let creation = try context.properties(chdf5_file_create())
      // Asked before: a file that could not be filled is there afterwards, too.
      let isTaken = unsafe Glibc.access(path, F_OK) == 0
      let raw = unsafe H5Fcreate(path, chdf5_create_only(), creation.raw, access.raw)
      if raw >= 0 { return raw }
      if !isTaken { throw context.failure("create the file", "") }
      throw context.error(
        .alreadyExists, "", expected: "no file", found: "one",
        remedy: "Choose another name or move the file away.")
    }
    return HDF5File(handle, context)
  }

  /// Opens a file to read.
  ///
  /// - Throws: `.cannotOpen` if it is missing, `.notHDF5` if it is damaged or something else.
  public convenience init(reading path: String) throws(HDF5Error) {
    let context = ErrorContext(file: path)
    if let problem = accessProblem(path) {
      throw context.error(
        .cannotOpen, "", expected: "a readable file", found: problem.found, remedy: problem.remedy)
    }
    guard isRegularFile(path) else {
      throw context.notHDF5(found: "a folder, a pipe or a device")
    }
    let handle = try locked { () throws(HDF5Error) -> hid_t in
      LibraryUse.note(path)
      let access = try context.fileAccess(isLocked: true)
      return try context.open(path, access, startingWith: leadingBytes(of: path))
    }
    self.init(handle, context)
  }

  /// Opens the bytes of a closed file to read, so that what was hashed is what is parsed.
  ///
  /// - Parameters:
  ///   - image: The whole file; libhdf5 copies it.
  ///   - name: Stands for the file in messages; no such file is looked for.
  /// - Throws: `.notHDF5` if the bytes are damaged or something else.
  public convenience init(image: [UInt8], name: String) throws(HDF5Error) {
    let context = ErrorContext(file: name)
    guard !image.isEmpty else { throw context.notHDF5(found: "no bytes") }
    let handle = try locked { () throws(HDF5Error) -> hid_t in
      let access = try context.fileAccess(isLocked: false)
      try context.check(H5Pset_fapl_core(access.raw, 1 << 16, false), "keep the file in memory", "")
      let status = unsafe image.withUnsafeBytes { bytes in
        // The library copies the bytes; its signature lacks a `const`.
        unsafe H5Pset_file_image(
          access.raw, UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
      }
      try context.check(status, "take the file's bytes", "")
      return try context.open(
        "image \(imageCount.add(1, ordering: .relaxed).newValue)", access,
        startingWith: Array(image.prefix(1024)))
    }
    self.init(handle, context)
  }

  deinit {
    // A failure here has nobody to report to; whoever writes calls `close()`.
    _ = try? close()
  }

  /// Writes what libhdf5 still holds and closes the file; later calls throw `.closed`.
  ///
  /// Closing twice is harmless.
  public func close() throws(HDF5Error) {
    guard let open = handle.take() else { return }
    try locked { () throws(HDF5Error) in
      try context.check(H5Fclose(open.raw), "close the file", "")
    }
  }

  /// Runs `body` on the open file under the lock.
  func withFile<Result: Sendable>(
    _ body: (OpenFile) throws(HDF5Error) -> Result
  ) throws(HDF5Error) -> Result {
    guard let open = handle else {
      throw context.error(
        .closed, "", expected: "an open file", found: "a closed one",
        remedy: "Open the file again.")
    }
    return try locked { () throws(HDF5Error) -> Result in
      LibraryUse.note(context.file)
      return try body(open)
    }
  }
}

extension ErrorContext {
  /// How every file is opened: closing it closes all that is open in it.
  ///
  /// - Parameter isLocked: Whether a file that another program writes is refused; a file system
  ///   without locks is no reason to fail.
  func fileAccess(isLocked: Bool) throws(HDF5Error) -> Identifier {
    let access = try adopt(H5Pcreate(chdf5_file_access()), .propertyList, "open the file", "")
    try check(H5Pset_fclose_degree(access.raw, H5F_CLOSE_STRONG), "open the file", "")
    try check(H5Pset_file_locking(access.raw, isLocked, true), "open the file", "")
    return access
  }

  /// Creation properties of `kind`, without times: the same content gives the same bytes.
  func properties(_ kind: hid_t) throws(HDF5Error) -> Identifier {
    let list = try adopt(H5Pcreate(kind), .propertyList, "make a property list", "")
    try check(H5Pset_obj_track_times(list.raw, false), "leave out times", "")
    return list
  }

  /// - Parameter bytes: The first of the file, which tell a format that is not HDF5.
  func open(
    _ path: String, _ access: borrowing Identifier, startingWith bytes: @autoclosure () -> [UInt8]
  ) throws(HDF5Error) -> hid_t {
    let raw = unsafe H5Fopen(path, chdf5_read_only(), access.raw)
    guard raw < 0 else { return raw }
    if let format = ForeignFormat(bytes()) {
      throw error(
        .notHDF5, "", expected: "an HDF5 file", found: format.name, remedy: format.remedy)
    }
    throw newerFormat("") ?? notHDF5(found: "something that libhdf5 cannot open")
  }

  func notHDF5(found: String) -> HDF5Error {
    var error = error(
      .notHDF5, "", expected: "an HDF5 file", found: found,
      remedy: "The file is damaged, still being written, or of another format.")
    error.detail = libraryErrorDetail()
    return error
  }
}
