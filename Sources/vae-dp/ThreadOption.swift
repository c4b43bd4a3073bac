import ArgumentParser
import VAEDP

/// `--threads N|auto`.
struct ThreadOption: ParsableArguments {
  @Option(
    help: """
      Threads to compute with: a number, or auto for the fastest by a short measurement. They change \
      no bit of a result. (default: all cores of this process)
      """)
  var threads: ThreadNumber?

  /// The number; nil for all cores and for auto.
  var count: Int? { if case .number(let number) = threads { number } else { nil } }

  /// Whether a measurement is to choose.
  var isAutomatic: Bool { threads == .auto }
}

/// A number of threads, or `auto`.
enum ThreadNumber: Hashable, ExpressibleByArgument {
  case number(Int)
  case auto

  init?(argument: String) {
    if argument == "auto" {
      self = .auto
    } else if let number = Int(argument), (1...4096).contains(number) {
      self = .number(number)
    } else {
      return nil
    }
  }
}

/// `1,2,4`, one number, or `auto`.
struct ThreadNumbers: ExpressibleByArgument {
  var numbers: [ThreadNumber]

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    numbers = parts.compactMap { ThreadNumber(argument: String($0)) }
    if numbers.count != parts.count || (numbers.count > 1 && numbers.contains(.auto)) { return nil }
  }

  /// More than one number: they are to be compared.
  var comparison: [Int]? {
    let all = numbers.compactMap { if case .number(let number) = $0 { number } else { nil } }
    return all.count > 1 ? all : nil
  }
}
