/// The keys of an object, in the order in which they are read.
package struct ObjectDescription: Sendable, Hashable {
  package var keys: [KeyDeclaration] = []

  init(_ keys: [KeyDeclaration]) { self.keys = keys }

  /// Describes what `read` reads, by running it on a reader that notes down what it is asked for, and answers with
  /// defaults, or with anything that may stand there.
  ///
  /// - Parameter effect: What a change of a key does that does not say its own.
  /// - Precondition: `read` asks for the same keys whatever the object holds, and accepts defaults.
  package init<T>(
    onChange effect: ChangeEffect = .arithmetic,
    of read: (inout ObjectReader) throws(ConfigurationError) -> T
  ) {
    self = describe(onChange: effect, read).description
  }

  /// The key of that name.
  package subscript(name: String) -> KeyDeclaration? { keys.first { $0.name == name } }
}

/// What `read` makes of an object that says nothing, and the keys that it asked for.
func describe<T>(
  onChange effect: ChangeEffect, _ read: (inout ObjectReader) throws(ConfigurationError) -> T
) -> (value: T, description: ObjectDescription) {
  var reader = ObjectReader(describing: effect)
  do throws(ConfigurationError) {
    let value = try read(&reader)
    return (value, ObjectDescription(reader.declarations))
  } catch {
    preconditionFailure("an object of which only defaults are known must be readable: \(error)")
  }
}

extension ObjectDescription {
  /// What stands at a path.
  private enum Place {
    case key(KeyDeclaration)
    case alternative(ChoiceDescription.Entry)
  }

  /// The declarations on the way of a path such as `training.optimizer.adam.beta1`, as far as it is known.
  private func places(_ path: ArraySlice<Substring>) -> [Place] {
    guard let word = path.first, let key = self[String(word)] else { return [] }
    let rest = path.dropFirst()
    guard let choice = key.kind.choice, let name = rest.first,
      let alternative = choice.alternatives.first(where: { $0.name == name })
    else { return [.key(key)] + (key.kind.object?.places(rest) ?? []) }
    return [.key(key), .alternative(alternative)] + alternative.options.places(rest.dropFirst())
  }

  /// The key at a path without indices; nil where nothing declares it.
  package func key(at path: String) -> KeyDeclaration? {
    let words = path.split(separator: ".")
    let found = places(words[...])
    guard found.count == words.count, case .key(let key)? = found.last else { return nil }
    return key
  }

  /// What another value at a path does: as the last key on its way says; arithmetic where nothing declares any.
  package func effect(ofChangeAt path: String) -> ChangeEffect {
    places(path.split(separator: ".")[...]).reduce(.arithmetic) { effect, place in
      if case .key(let key) = place { key.effect } else { effect }
    }
  }
}
