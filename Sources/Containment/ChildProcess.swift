internal import CHost
internal import Glibc

/// How a child process ended.
enum ChildEnding: Hashable, Sendable {
  case exited(Int32)
  case signalled(Int32)
  /// It was killed because it gave no sign of life for so long, or did not come to an end.
  case silent, endless
}

/// How long a child may take.
struct ChildLimits: Sendable {
  /// From one line to the next.
  var silence: Duration
  /// From its start to its end.
  var whole: Duration
}

/// A process that tells, line by line on its standard error, how far it is.
///
/// It has a process group of its own, so that Ctrl-C at a terminal reaches the parent alone. It ends
/// with the thread that started it (`endWithParent`), which therefore is the one that waits for it.
@safe struct ChildProcess: ~Copyable {
  private let process: pid_t
  private let lines: Int32

  /// Starts `executable`; nil, with `errno`, where that cannot be done.
  ///
  /// - Parameter output: Its standard output; nil for none.
  init?(_ executable: String, _ arguments: [String], output: Int32?) {
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[1]) }
    var actions = unsafe posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    unsafe posix_spawn_file_actions_init(&actions)
    unsafe posix_spawnattr_init(&attributes)
    defer {
      unsafe posix_spawn_file_actions_destroy(&actions)
      unsafe posix_spawnattr_destroy(&attributes)
    }
    unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    if let output {
      unsafe posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    } else {
      unsafe posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
    }
    unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO)
    let flags = Int16(POSIX_SPAWN_SETPGROUP) | Int16(POSIX_SPAWN_SETSIGDEF)
    unsafe posix_spawnattr_setflags(&attributes, flags)
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    unsafe sigaddset(&signals, SIGPIPE)
    unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
    unsafe posix_spawnattr_setpgroup(&attributes, 0)
    // A crash is what the child is for: nobody needs its backtrace.
    let variables =
      ["SWIFT_BACKTRACE=enable=no", "\(Self.parentVariable)=\(getpid())"] + Self.environment()
    var words = unsafe ([executable] + arguments).map { unsafe strdup($0) } + [nil]
    var environment = unsafe variables.map { unsafe strdup($0) } + [nil]
    defer { unsafe (words + environment).forEach { unsafe free($0) } }
    var process: pid_t = 0
    let status = unsafe posix_spawn(
      &process, executable, &actions, &attributes, &words, &environment)
    guard status == 0 else {
      close(ends[0])
      errno = status
      return nil
    }
    (self.process, lines) = (process, ends[0])
  }

  /// Tells a child the process that started it.
  private static let parentVariable = "VAEDP_PARENT"

  /// Called by a child: it is killed when its parent ends, however that comes; at once where the parent
  /// ended before this call.
  static func endWithParent() {
    guard let text = unsafe getenv(parentVariable), let parent = unsafe Int32(String(cString: text))
    else { return }  // Started by hand.
    guard vaedp_end_with_parent() == 0, getppid() == parent else { _exit(1) }
  }

  private static func environment() -> [String] {
    var (variables, index): ([String], Int) = ([], 0)
    while let entry = unsafe environ[index] {
      let text = unsafe String(cString: entry)
      let isOurs = ["SWIFT_BACKTRACE=", parentVariable + "="].contains { text.hasPrefix($0) }
      if !isOurs { variables.append(text) }
      index += 1
    }
    return variables
  }

  /// Waits for its end and hands out each line.
  ///
  /// - Parameter limits: After which it is killed.
  consuming func wait(_ limits: ChildLimits, _ line: (String) -> Void) -> ChildEnding {
    let end = ContinuousClock.now + limits.whole
    var late: ChildEnding?
    var rest: [UInt8] = []
    while late == nil {
      let whole = end - .now
      let left = min(limits.silence, whole)
      var request = pollfd(fd: lines, events: Int16(POLLIN), revents: 0)
      let count = unsafe poll(&request, 1, Int32(clamping: max(0, milliseconds(left))))
      if count < 0, errno == EINTR { continue }
      if count == 0 || end < .now {
        late = count == 0 && limits.silence < whole ? .silent : .endless
        break
      }
      var block = [UInt8](repeating: 0, count: 4096)
      let size = unsafe read(lines, &block, block.count)
      if size <= 0 { break }
      rest += block.prefix(size)
      while let end = rest.firstIndex(of: 0x0A) {
        line(String(decoding: rest[..<end], as: UTF8.self))
        rest.removeFirst(end + 1)
      }
      if rest.count > 1 << 16 { rest = [] }  // No line of ours.
    }
    close(lines)
    let status = status(&late, .now + min(limits.silence, max(.zero, end - .now)))
    let signal = status & 0x7F
    return late ?? (signal == 0 ? .exited((status >> 8) & 0xFF) : .signalled(signal))
  }

  /// How it ended, which may take until `end` where it is not `late` already; after that it is killed.
  private func status(_ late: inout ChildEnding?, _ end: ContinuousClock.Instant) -> Int32 {
    var status: Int32 = 0
    while true {
      if late == nil, end < .now { late = .silent }
      if late != nil { kill(process, SIGKILL) }
      let ended = unsafe waitpid(process, &status, late == nil ? WNOHANG : 0)
      if ended == process || (ended < 0 && errno != EINTR) { return status }
      usleep(1000)
    }
  }
}

private func milliseconds(_ duration: Duration) -> Int64 {
  duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
}
