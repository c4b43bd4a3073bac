import Dispatch
import Foundation
import Synchronization

/// SIGINT, SIGTERM and SIGHUP: the first asks the training to finish its step, the second ends the
/// process. SIGPIPE, of a pipe that nobody reads any more, stops nothing.
///
/// A SIGHUP is never the second: a terminal that goes sends one by its shell and one by the kernel, and
/// nobody who lost patience has sent either.
final class Interruption {
  private final class Flag: Sendable {
    let signal = Atomic<Int32>(0)
  }

  private let flag = Flag()
  private let sources: [any DispatchSourceSignal]

  /// The signal that came; 0 for none.
  var signal: Int32 { flag.signal.load(ordering: .relaxed) }

  init() {
    let flag = flag
    Foundation.signal(SIGPIPE, SIG_IGN)
    let queue = DispatchQueue(label: "signals")
    // Whoever starts the program with `nohup` wants it to outlive the terminal. The other two are ignored
    // by what a shell starts in the background, which nobody has asked for.
    let numbers = [SIGINT, SIGTERM] + (isIgnored(SIGHUP) ? [] : [SIGHUP])
    sources = numbers.map { number in
      Foundation.signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler {
        let isFirst = flag.signal.compareExchange(
          expected: 0, desired: number, ordering: .relaxed
        ).exchanged
        if !isFirst, number != SIGHUP { _exit(128 + number) }
      }
      source.resume()
      return source
    }
  }

  /// Lets SIGQUIT end the program at once, as it ends others. Swift's runtime takes it for a crash, of
  /// which it spends seconds to print a backtrace. And lets through what whoever started the program has blocked, as
  /// threads of libdispatch do for what they start: nobody could stop it.
  static func restoreSignals() {
    Foundation.signal(SIGQUIT, SIG_DFL)
    var set = sigset_t()
    unsafe sigemptyset(&set)
    for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] { unsafe sigaddset(&set, number) }
    unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }
}

/// Whether the program ignores a signal, by the will of whoever started it.
private func isIgnored(_ number: Int32) -> Bool {
  var action = sigaction()
  guard unsafe sigaction(number, nil, &action) == 0 else { return false }
  let address = { unsafe unsafeBitCast($0 as __sighandler_t?, to: Int.self) }
  return unsafe address(action.__sigaction_handler.sa_handler) == address(SIG_IGN)
}
