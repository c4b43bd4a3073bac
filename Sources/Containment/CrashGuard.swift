internal import Glibc
internal import HDF5
internal import Synchronization

/// Tells in one line that libhdf5 crashed, and over which file; then the process ends.
///
/// The second line of defence behind `Containment`: what a child has opened without harm may still
/// crash libhdf5 while the values are read. Signals that come from elsewhere go to whoever handled
/// them before.
///
/// Safety: the handler reads what `arm` and `LibraryUse` left, writes to standard error and exits; all of
/// that is allowed in a signal handler.
@safe enum CrashGuard {
  private static let signals = [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT]
  private nonisolated(unsafe) static let previous = UnsafeMutablePointer<sigaction>.allocate(
    capacity: 65)
  /// The line's three parts; the file's name is the second.
  private nonisolated(unsafe) static let parts = UnsafeMutablePointer<iovec>.allocate(capacity: 3)
  private static let exitCode = Atomic<Int32>(0)
  private static let isArmed = Atomic(false)

  /// Handles the signals from now on.
  static func arm(program: String, exitCode: Int32) {
    guard !isArmed.exchange(true, ordering: .relaxed) else { return }
    self.exitCode.store(exitCode, ordering: .relaxed)
    let end =
      ": crash: expected a file that libhdf5 can read, found one that crashes it. The file is damaged "
      + "or not to be trusted: write it again.\n"
    for (index, text) in [program + ": ", "", end].enumerated() {
      let copy = unsafe strdup(text)  // For as long as the process lives.
      unsafe (parts + index).initialize(to: iovec(iov_base: copy, iov_len: text.utf8.count))
    }
    unsafe parts[1].iov_base = UnsafeMutableRawPointer(LibraryUse.file)
    for signal in signals {
      var action = sigaction()
      action.sa_flags = SA_ONSTACK
      unsafe action.__sigaction_handler.sa_handler = { CrashGuard.handle($0) }
      unsafe _ = sigaction(signal, &action, previous + Int(signal))
    }
  }

  private static func handle(_ signal: Int32) {
    guard LibraryUse.isByThisThread, unsafe LibraryUse.file[0] != 0 else {
      unsafe _ = sigaction(signal, previous + Int(signal), nil)
      _ = raise(signal)
      return
    }
    unsafe parts[1].iov_len = strlen(LibraryUse.file)
    unsafe _ = writev(STDERR_FILENO, parts, 3)
    _exit(exitCode.load(ordering: .relaxed))
  }
}
