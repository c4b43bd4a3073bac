internal import Glibc
internal import Synchronization

/// Which thread is inside libhdf5, and on which file: for a signal handler that has to tell of a crash.
///
/// Safety: both are set under the lock around libhdf5; whoever reads the file's name does so on the thread that
/// is inside.
@safe package enum LibraryUse {
  private static let capacity = 1024
  private static let thread = Atomic<UInt>(0)

  /// The file's name in one line, which NUL ends; empty for none.
  package nonisolated(unsafe) static let file: UnsafeMutablePointer<CChar> = {
    let text = UnsafeMutablePointer<CChar>.allocate(capacity: capacity)
    unsafe text.initialize(repeating: 0, count: capacity)
    return unsafe text
  }()

  /// Whether the calling thread is inside libhdf5.
  package static var isByThisThread: Bool {
    thread.load(ordering: .relaxed) == UInt(pthread_self())
  }

  /// Notes on which file libhdf5 works.
  static func note(_ path: String) {
    let text = plainText(path.prefix(200)).utf8CString
    unsafe text.withUnsafeBufferPointer { source in
      unsafe _ = strncpy(file, source.baseAddress.unsafelyUnwrapped, capacity - 1)
    }
  }

  /// The calling thread is inside libhdf5 from now on.
  static func begin() { thread.store(UInt(pthread_self()), ordering: .relaxed) }

  /// It has left libhdf5.
  static func end() { thread.store(0, ordering: .relaxed) }
}
