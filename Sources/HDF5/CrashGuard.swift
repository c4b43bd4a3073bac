internal import Glibc
internal import Synchronization

/// Tells in one line that libhdf5 crashed, and over which file; the process ends with code 65.
///
/// The second line of defence behind `Containment`: what a child has opened without harm may still
/// crash libhdf5 while the values are read. Signals that come from elsewhere go to whoever handled
/// them before.
///
/// Safety: the handler reads what `name` and `arm` left, writes to standard error and exits; all of
/// that is allowed in a signal handler. Text and thread are set under the lock around libhdf5.
@safe enum CrashGuard {
  private static let signals = [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT]
  private static let capacity = 1024
  private nonisolated(unsafe) static let line = UnsafeMutablePointer<CChar>.allocate(
    capacity: capacity)
  private nonisolated(unsafe) static let previous = UnsafeMutablePointer<sigaction>.allocate(
    capacity: 65)
  private static let thread = Atomic<UInt>(0)
  private static let isArmed = Atomic(false)

  /// Handles the signals from now on.
  static func arm() {
    guard !isArmed.exchange(true, ordering: .relaxed) else { return }
    unsafe line.initialize(repeating: 0, count: capacity)
    for signal in signals {
      var action = sigaction()
      action.sa_flags = SA_ONSTACK
      unsafe action.__sigaction_handler.sa_handler = { CrashGuard.handle($0) }
      unsafe _ = sigaction(signal, &action, previous + Int(signal))
    }
  }

  /// Says which file libhdf5 works on.
  static func name(_ file: String) {
    guard isArmed.load(ordering: .relaxed) else { return }
    let text =
      "vae-dp: \(plainText(file.prefix(200))): crash: expected a file that libhdf5 can read, found "
      + "one that crashes it. The file is damaged or not to be trusted: write it again.\n"
    var bytes = text.utf8CString
    unsafe bytes.withUnsafeMutableBufferPointer { source in
      unsafe _ = strncpy(line, source.baseAddress.unsafelyUnwrapped, capacity - 1)
    }
  }

  /// The calling thread is inside libhdf5 from now on.
  static func enter() { thread.store(UInt(pthread_self()), ordering: .relaxed) }

  /// It has left libhdf5.
  static func leave() { thread.store(0, ordering: .relaxed) }

  private static func handle(_ signal: Int32) {
    guard thread.load(ordering: .relaxed) == UInt(pthread_self()), unsafe line[0] != 0 else {
      unsafe _ = sigaction(signal, previous + Int(signal), nil)
      _ = raise(signal)
      return
    }
    unsafe _ = write(STDERR_FILENO, line, strlen(line))
    _exit(65)
  }
}

/// `text` in one line, in which what could steer a terminal is written as its code point.
func plainText(_ text: some StringProtocol) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    if scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) {
      let digits = String(scalar.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    } else {
      result.unicodeScalars.append(scalar)
    }
  }
  return result
}
