import Dispatch
import Foundation
import Synchronization

/// SIGINT and SIGTERM: the first asks the training to finish its step, the second ends the process.
/// SIGPIPE, of a pipe that nobody reads any more, stops nothing.
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
    sources = [SIGINT, SIGTERM].map { number in
      Foundation.signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler {
        if flag.signal.exchange(number, ordering: .relaxed) != 0 { _exit(128 + number) }
      }
      source.resume()
      return source
    }
  }
}
