package import Training

/// Throws `.notFinite`, naming the array and the place in it, unless every number of a snapshot is
/// finite: the last line of defence before a checkpoint is written, and
/// the first where one is taken up.
///
/// - Complexity: one pass over the arrays, small beside their hash.
package func requireFinite(
  _ snapshot: TrainingSnapshot, _ path: String
) throws(CheckpointError) {
  let states = snapshot.states.flatMap { state in
    state.arrays.map { (object: "/optimizer/\(state.name)/\($0.name)", array: $0) }
  }
  let parameters = snapshot.parameters.map { (object: "/parameters/\($0.name)", array: $0) }
  for (object, array) in parameters + states {
    guard let place = firstNonFinite(array.values) else { continue }
    throw CheckpointError(
      .notFinite, path, object, expected: "finite numbers",
      found: "\(array.values[place]) at position \(place)",
      remedy: "Go on from an earlier checkpoint, with a lower learning rate.")
  }
}

/// The position of the first number that is not finite; nil for none.
private func firstNonFinite(_ values: [Float]) -> Int? {
  let span = values.span
  // Without a branch: the bits order magnitudes, and infinity comes after all of them.
  var largest: UInt32 = 0
  for i in span.indices { largest = max(largest, span[i].bitPattern & 0x7FFF_FFFF) }
  return Float(bitPattern: largest).isFinite ? nil : values.firstIndex { !$0.isFinite }
}
