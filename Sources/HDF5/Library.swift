internal import CHDF5
internal import Synchronization

/// The one lock around libhdf5, whose state (open files, error stack, free lists) is global; it holds
/// whether the library was prepared for its first call.
private let library = Mutex(false)

/// Runs `body` while no other thread of the process is inside libhdf5 through this module.
///
/// Not recursive: only public entry points call it.
package func locked<Result: Sendable>(
  _ body: () throws(HDF5Error) -> Result
) throws(HDF5Error) -> Result {
  try library.withLock { (isPrepared) throws(HDF5Error) -> Result in
    if !isPrepared {
      // At exit libhdf5 1.10.8 crashes over a file that a full disk kept it from closing. Files are
      // closed by their owners, so it has nothing to do then.
      isPrepared = true
      _ = H5dont_atexit()
    }
    // A setting of the calling thread.
    _ = chdf5_silence()
    LibraryUse.begin()
    defer { LibraryUse.end() }
    return try body()
  }
}

/// One open identifier of libhdf5, closed exactly once.
///
/// Whoever wrote through it calls `close`, whose result tells whether the data arrived. What is
/// only read, or already failed, is left to `deinit`, which has nobody to report to.
struct Identifier: ~Copyable {
  enum Kind { case object, dataset, dataspace, datatype, propertyList, attribute }

  let raw: hid_t
  let kind: Kind

  /// Adopts `raw`; `nil` when the call that returned it failed.
  init?(_ raw: hid_t, _ kind: Kind) {
    guard raw >= 0 else { return nil }
    (self.raw, self.kind) = (raw, kind)
  }

  deinit { _ = Self.release(raw, kind) }

  /// Closes the identifier; negative when libhdf5 failed to.
  consuming func close() -> herr_t {
    let status = Self.release(raw, kind)
    discard self
    return status
  }

  /// Leaves the closing to the caller.
  consuming func detached() -> hid_t {
    let raw = raw
    discard self
    return raw
  }

  private static func release(_ raw: hid_t, _ kind: Kind) -> herr_t {
    switch kind {
    case .object: H5Oclose(raw)
    case .dataset: H5Dclose(raw)
    case .dataspace: H5Sclose(raw)
    case .datatype: H5Tclose(raw)
    case .propertyList: H5Pclose(raw)
    case .attribute: H5Aclose(raw)
    }
  }
}

/// The calling thread's error stack in one line; empty when there is none.
func libraryErrorDetail() -> String {
  var text = [CChar](repeating: 0, count: 1024)
  unsafe chdf5_describe_error(&text, text.count)
  return String(
    decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// Errors that name the file and the object, made where the failure is noticed: the next call into
/// the library clears its error stack.
struct ErrorContext: Sendable {
  let file: String

  /// An error with the library's own account of it.
  func error(
    _ code: HDF5Error.Code, _ object: String, expected: String, found: String, remedy: String
  ) -> HDF5Error {
    HDF5Error(
      code: code, file: file, object: object, expected: expected, found: found, remedy: remedy,
      detail: code == .inputOutput ? libraryErrorDetail() : "")
  }

  /// A failed call: `action` completes "libhdf5 could not …".
  func failure(_ action: String, _ object: String) -> HDF5Error {
    newerFormat(object)
      ?? error(
        .inputOutput, object, expected: "to \(action)", found: "a failure of libhdf5",
        remedy: "Check the free space and the permissions of the disk, and that the file is whole.")
  }

  /// An error where the failed call met with a version of the format that the library does not know;
  /// it says so in the same words everywhere.
  func newerFormat(_ object: String) -> HDF5Error? {
    let detail = libraryErrorDetail()
    guard detail.contains("version number") else { return nil }
    var (major, minor, release): (UInt32, UInt32, UInt32) = (0, 0, 0)
    unsafe _ = H5get_libversion(&major, &minor, &release)
    let known = "\(major).\(minor).\(release)"
    var error = error(
      .newerFormat, object, expected: "a version of the HDF5 format that libhdf5 \(known) knows",
      found: "that of a newer HDF5",
      remedy:
        "Write it with h5py.File(name, 'w', libver='earliest') instead of 'latest', or convert "
        + "it with the newer HDF5's own h5repack OLD NEW. Where no newer one wrote it, it is damaged."
    )
    error.detail = detail
    return error
  }

  /// Throws unless `status` reports success.
  func check(_ status: herr_t, _ action: String, _ object: String) throws(HDF5Error) {
    if status < 0 { throw failure(action, object) }
  }

  /// Adopts the result of a call that returns an identifier.
  func adopt(
    _ raw: hid_t, _ kind: Identifier.Kind, _ action: String, _ object: String
  ) throws(HDF5Error) -> Identifier {
    guard let identifier = Identifier(raw, kind) else { throw failure(action, object) }
    return identifier
  }
}
