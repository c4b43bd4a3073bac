internal import CStorage
internal import Glibc

/// Floats in zeroed memory that begins at a page, owned by one place.
///
/// Memory above 4 MiB is offered to the kernel for huge pages. Large blocks are zeroed by the
/// operating system and take real memory only where they are touched. The address sanitizer, where it
/// is on, reports whoever touches what follows the last float.
@safe package struct AlignedFloats: ~Copyable {
  /// The first float.
  package let pointer: UnsafeMutablePointer<Float>
  /// Number of floats.
  package let count: Int
  private let byteCount: Int

  /// Memory for `count` floats, zeroed.
  ///
  /// - Precondition: the operating system has that much; a process without memory for its model ends.
  package init(count: Int) {
    let page = 4096
    let used = count * MemoryLayout<Float>.stride
    byteCount = max(page, (used + vaedp_margin() + page - 1) / page * page)
    let flags = MAP_PRIVATE | MAP_ANONYMOUS
    let address = unsafe mmap(nil, byteCount, PROT_READ | PROT_WRITE, flags, -1, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else {
      preconditionFailure("no memory for \(byteCount) bytes: use a smaller batch or model")
    }
    if byteCount >= 4 << 20 { unsafe madvise(address, byteCount, MADV_HUGEPAGE) }
    unsafe vaedp_forbid(address + used, byteCount - used)
    unsafe pointer = address.bindMemory(to: Float.self, capacity: count)
    self.count = count
  }

  deinit {
    unsafe vaedp_permit(pointer, byteCount)
    unsafe munmap(pointer, byteCount)
  }

  /// Overwrites every float.
  package borrowing func fill(_ value: Float) {
    unsafe pointer.update(repeating: value, count: count)
  }

  /// Lets `body` read the floats.
  package borrowing func withSpan<R>(_ body: (Span<Float>) throws -> R) rethrows -> R {
    try body(unsafe Span(_unsafeStart: UnsafePointer(pointer), count: count))
  }

  /// Lets `body` write the floats.
  package mutating func withMutableSpan<R>(
    _ body: (inout MutableSpan<Float>) throws -> R
  ) rethrows -> R {
    var span = unsafe MutableSpan(_unsafeStart: pointer, count: count)
    return try body(&span)
  }
}
