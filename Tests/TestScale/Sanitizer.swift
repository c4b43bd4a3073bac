internal import Foundation

/// The sanitizer that watches this build: `make sanitize` sets `VAEDP_SANITIZER`.
package enum Sanitizer: String {
  /// Accesses out of bounds, and of memory that was given back.
  case address
  /// Accesses of two threads that nothing orders.
  case thread

  /// Nil in a build without one.
  package static let current = ProcessInfo.processInfo.environment["VAEDP_SANITIZER"]
    .flatMap(Sanitizer.init)
}
