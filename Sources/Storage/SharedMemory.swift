internal import CStorage
internal import Glibc

/// Zeroed memory that begins at a page and that several threads fill and read; it goes with its last
/// reference.
///
/// It takes real memory only where it is touched. Not in huge pages: a huge page is cleared whole, and
/// in a virtual machine mostly fetched from the host, which tripled the time until the few rows of a first
/// minibatch were read. The address sanitizer, where it is on, reports whoever touches what follows
/// the last byte.
///
/// Safety: whoever shares it says who writes where and when.
@safe package final class SharedMemory: @unchecked Sendable {
  /// The first byte.
  package let pointer: UnsafeMutableRawPointer
  /// Number of bytes.
  package let byteCount: Int
  private let mappedByteCount: Int

  /// Memory for `byteCount` bytes; nil where the operating system refuses it.
  ///
  /// - Parameter mayExceedMemory: whether it may be more than the machine has, because parts are released before others
  ///   are touched.
  package init?(byteCount: Int, mayExceedMemory: Bool = false) {
    self.byteCount = byteCount
    mappedByteCount = max(1, byteCount + vaedp_margin())
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | (mayExceedMemory ? MAP_NORESERVE : 0)
    let address = unsafe mmap(nil, mappedByteCount, PROT_READ | PROT_WRITE, flags, -1, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else { return nil }
    unsafe vaedp_forbid(address + byteCount, mappedByteCount - byteCount)
    unsafe pointer = address
  }

  /// Gives real memory back; the bytes are zeros when they are touched again. Of a page that reaches beyond the range
  /// nothing is given back.
  package func release(_ bytes: Range<Int>) {
    let page = 4096
    let (first, end) = ((bytes.lowerBound + page - 1) / page * page, bytes.upperBound / page * page)
    if end > first { unsafe _ = madvise(pointer + first, end - first, MADV_DONTNEED) }
  }

  deinit {
    unsafe vaedp_permit(pointer, mappedByteCount)
    unsafe munmap(pointer, mappedByteCount)
  }
}
