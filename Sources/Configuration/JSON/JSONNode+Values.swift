extension JSONNode {
  /// The integer that stands here; `3.0` counts, `3.5` does not.
  ///
  /// - Throws: `wrongType`, or `outOfRange` if it is not in `range` or does not fit an `Int`.
  public func integer(in range: ClosedRange<Int>? = nil) throws(ConfigurationError) -> Int {
    try integer(in: range, expected: integerPhrase(range))
  }

  func integer(
    in range: ClosedRange<Int>?, expected: String
  ) throws(ConfigurationError) -> Int {
    guard case .number(let value, let lexeme) = content, value == value.rounded() else {
      throw mistyped(expected)
    }
    // The spelling first: it is exact where a double is not.
    guard let integer = Int(lexeme) ?? Int(exactly: value) else {
      throw error(.outOfRange, expected: "\(expected) in 64 bits")
    }
    guard range?.contains(integer) ?? true else { throw error(.outOfRange, expected: expected) }
    return integer
  }

  /// The number that stands here. All of them are computed with in float32: one that is too large for
  /// it, or that it rounds onto an exclusive bound, is refused as if it were that infinity or bound.
  ///
  /// - Parameters:
  ///   - range: Inclusive bounds; an infinite one does not bound.
  ///   - above: Exclusive lower bound.
  ///   - below: Exclusive upper bound.
  /// - Throws: `wrongType`, or `outOfRange`.
  public func number(
    in range: ClosedRange<Double>? = nil, above: Double? = nil, below: Double? = nil
  ) throws(ConfigurationError) -> Double {
    let bounds = NumberBounds(range: range, above: above, below: below)
    return try number(bounds, expected: bounds.phrase)
  }

  func number(
    _ bounds: NumberBounds, expected: String
  ) throws(ConfigurationError) -> Double {
    guard case .number(let value, _) = content else { throw mistyped(expected) }
    guard bounds.contains(value) else { throw error(.outOfRange, expected: expected) }
    guard bounds.containRounded(value) else {
      throw error(.outOfRange, expected: "\(expected) (in float32)")
    }
    return value
  }

  /// The truth value that stands here.
  ///
  /// - Throws: `wrongType`.
  public func boolean() throws(ConfigurationError) -> Bool {
    guard case .bool(let flag) = content else { throw mistyped("true or false") }
    return flag
  }

  /// The string that stands here.
  ///
  /// - Parameter names: The only strings that are valid, if they are limited.
  /// - Throws: `wrongType`, or `unknownChoice` if it is none of `names`.
  public func string(among names: [String]? = nil) throws(ConfigurationError) -> String {
    try string(among: names, expected: "a string")
  }

  func string(
    among names: [String]?, expected: String
  ) throws(ConfigurationError) -> String {
    guard case .string(let text) = content else { throw mistyped(expected) }
    guard let names, !names.contains(text) else { return text }
    let nearest = nearestName(to: text, among: names)
    throw ConfigurationError(
      .unknownChoice, origin, location, "unknown word \(quoted(shortened(text)))",
      remedy: suggestion(nearest, label: "words", names: names))
  }

  /// The elements of the array that stands here.
  ///
  /// - Throws: `wrongType`.
  public func elements() throws(ConfigurationError) -> [JSONNode] {
    guard case .array(let elements) = content else { throw mistyped("an array") }
    return elements
  }

  /// The members of the object that stands here.
  ///
  /// - Throws: `wrongType`.
  public func members() throws(ConfigurationError) -> [Member] {
    guard case .object(let members) = content else { throw mistyped("an object") }
    return members
  }

  /// A `wrongType` error, with a remedy where a number or truth value stands in quotes.
  private func mistyped(_ expected: String) -> ConfigurationError {
    var remedy: String?
    if case .string(let text) = content {
      let unquoted = text.lowercased()
      let isNumber = expected.contains("number") || expected.contains("integer")
      if isNumber, Double(text) != nil { remedy = "Write a number as JSON does, without quotes." }
      if expected.hasPrefix("true"), unquoted == "true" || unquoted == "false" {
        remedy = "Write \(unquoted) without quotes."
      }
    }
    return error(.wrongType, expected: expected, remedy: remedy)
  }
}

/// "an integer", and its range.
func integerPhrase(_ range: ClosedRange<Int>?) -> String {
  guard let range, range != Int.min...Int.max else { return "an integer" }
  if range.upperBound == .max { return "an integer of at least \(range.lowerBound)" }
  if range.lowerBound == .min { return "an integer of at most \(range.upperBound)" }
  return "an integer from \(range.lowerBound) to \(range.upperBound)"
}

/// The numbers that are valid somewhere.
package struct NumberBounds: Sendable, Hashable {
  var range: ClosedRange<Double>?
  var above: Double?
  var below: Double?

  func contains(_ value: Double) -> Bool {
    range?.contains(value) ?? true && value > above ?? -.infinity && value < below ?? .infinity
  }

  /// Whether a number that is valid is so in float32 too.
  func containRounded(_ value: Double) -> Bool {
    let rounded = Double(Float(value))
    return rounded.isFinite && rounded > above ?? -.infinity && rounded < below ?? .infinity
  }

  /// "a number", and its bounds.
  var phrase: String {
    let (lower, upper) = (range?.lowerBound ?? -.infinity, range?.upperBound ?? .infinity)
    if above == nil, below == nil, lower.isFinite, upper.isFinite {
      return "a number from \(shortestText(lower)) to \(shortestText(upper))"
    }
    var parts: [String] = []
    if let above {
      parts.append("above \(shortestText(above))")
    } else if lower.isFinite {
      parts.append("of at least \(shortestText(lower))")
    }
    if let below {
      parts.append("below \(shortestText(below))")
    } else if upper.isFinite {
      parts.append("of at most \(shortestText(upper))")
    }
    return parts.isEmpty ? "a number" : "a number " + parts.joined(separator: " and ")
  }
}
