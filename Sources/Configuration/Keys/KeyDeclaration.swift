/// All that is known of a key. The line that reads the key says it; everything else is made of this.
package struct KeyDeclaration: Sendable, Hashable {
  /// What counts where the key is missing.
  package enum Absence: Sendable, Hashable {
    /// It must not be.
    case required
    /// This value.
    case usual(JSONNode)
    /// Nothing does, and nothing is recorded.
    case nothing
    /// The value of the object around it.
    case outer
  }

  /// Another key, and what counts for a missing one beside it.
  package struct Exception: Sendable, Hashable {
    package var key: String
    package var absence: Absence
  }

  package var name: String
  package var kind: ValueKind
  /// Whether `null` may stand there, which is no value.
  package var mayBeNull = false
  package var absence: Absence
  /// What counts instead where another key is given.
  package var exception: Exception?
  /// Another key, without which this one must not be given.
  package var needs: String?
  /// Another key, beside which this one must not be given.
  package var excludes: String?
  /// One or several sentences, units and sources in them.
  package var meaning: String
  package var effect: ChangeEffect
}

/// What may stand somewhere.
package indirect enum ValueKind: Sendable, Hashable {
  case integer(ClosedRange<Int>)
  case number(NumberBounds)
  case boolean
  case string
  case word([String])
  case object(ObjectDescription)
  case choice(ChoiceDescription)
  case array(ValueKind)
  /// An object whose keys are names of someone's own.
  case map(ValueKind)
  /// A value of either kind.
  case either(ValueKind, ValueKind)

  /// The object that stands there, or each element of what does; nil where none can.
  package var object: ObjectDescription? {
    switch self {
    case .object(let description): description
    case .array(let element), .map(let element): element.object
    case .either(let first, let second): first.object ?? second.object
    case .integer, .number, .boolean, .string, .word, .choice: nil
    }
  }

  /// The choice that stands there, or that each element is; nil where none can.
  package var choice: ChoiceDescription? {
    switch self {
    case .choice(let description): description
    case .array(let element), .map(let element): element.choice
    case .either(let first, let second): first.choice ?? second.choice
    case .integer, .number, .boolean, .string, .word, .object: nil
    }
  }
}

/// A choice, with all that can be chosen.
package struct ChoiceDescription: Sendable, Hashable {
  /// One that can be chosen.
  package struct Entry: Sendable, Hashable {
    package var name: String
    package var meaning: String
    package var options: ObjectDescription
  }

  /// What is chosen, in one word.
  package var axis: String
  package var alternatives: [Entry]
}
