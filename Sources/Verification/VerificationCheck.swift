/// What a check compared, and what it came to.
public struct VerificationCheck: Sendable, Hashable, Codable {
  /// What was checked, in a few words.
  public var check: String
  /// Whether it is as it must be.
  public var isPassed: Bool
  /// What was compared with what.
  public var compared: String
  /// The number or hash that decided.
  public var figure: String

  /// `✓ gradients of the engine  float32, 8 rows … : 2.1e-07 of 1e-04 allowed`.
  public var line: String {
    "\(isPassed ? "✓" : "✗") \(check.padded(to: 24))\(compared): \(figure)"
  }
}

extension String {
  fileprivate func padded(to count: Int) -> String {
    self + String(repeating: " ", count: max(2, count - self.count))
  }
}
