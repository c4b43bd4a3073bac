internal import Foundation

/// How much a test does: a little in `make test`, all of it in `make torture`.
package enum TestScale {
  /// Whether this is `make torture`, which sets `VAEDP_TORTURE`.
  package static let isTorture = ProcessInfo.processInfo.environment["VAEDP_TORTURE"] != nil

  /// A count in `make test`, and in `make torture`.
  package static func count(_ small: Int, torture: Int) -> Int { isTorture ? torture : small }
}
