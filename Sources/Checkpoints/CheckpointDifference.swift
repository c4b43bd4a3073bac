internal import Training

/// The first place where two checkpoints differ in a bit; `nil` if there is none.
///
/// `==` would not do: it takes −0 for 0, NaN for another number than itself, and two spellings of
/// `é` for the same text.
package func firstDifference(_ a: StoredCheckpoint, _ b: StoredCheckpoint) -> String? {
  let texts = [
    ("/configuration", a.configuration, b.configuration), ("/state", a.state, b.state),
    ("/environment", a.environment, b.environment),
  ]
  for (object, x, y) in texts where !isSame(x, y) { return object }
  if let object = firstDifference(a.parameters, b.parameters) { return "/parameters/\(object)" }
  guard a.states.count == b.states.count else { return "the count of states" }
  for (x, y) in zip(a.states, b.states) {
    guard isSame(x.name, y.name) else { return "/optimizer/\(x.name)" }
    if let object = firstDifference(x.arrays, y.arrays) { return "/optimizer/\(x.name)/\(object)" }
  }
  return a.label == b.label ? nil : "the attributes"
}

private func firstDifference(_ a: [NamedArray], _ b: [NamedArray]) -> String? {
  guard a.count == b.count else { return "(\(a.count) arrays, \(b.count) read)" }
  return zip(a, b).first { x, y in
    !isSame(x.name, y.name) || x.shape != y.shape || !isSame(x.values, y.values)
  }?.0.name
}

private func isSame(_ a: String, _ b: String) -> Bool { a.utf8.elementsEqual(b.utf8) }

private func isSame(_ a: [Float], _ b: [Float]) -> Bool {
  guard a.count == b.count else { return false }
  let (x, y) = (a.span, b.span)
  var difference: UInt32 = 0
  for i in x.indices { difference |= x[i].bitPattern ^ y[i].bitPattern }
  return difference == 0
}
