internal import Glibc

extension LocalFileSystem {
  /// Writes at the end of a file, which must be there; a failure may leave a part.
  public func append(_ bytes: [UInt8], to path: String) throws(IOFailure) {
    let descriptor = unsafe open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { throw failure(path, errno) }
    defer { _ = close(descriptor) }
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0, errno != EINTR { throw failure(path, errno) }
      rest.removeFirst(max(0, count))
    }
  }

  private func failure(_ path: String, _ number: Int32) -> IOFailure {
    IOFailure(operation: "append", path: path, errorNumber: number)
  }
}
