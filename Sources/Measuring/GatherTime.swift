internal import Examples
internal import Storage

/// Seconds in which one thread gathers `count` of the given rows, all fields of them, on average over all.
///
/// - Precondition: there are `count` rows at least, all loaded.
func gatherSeconds(
  _ positions: [UInt32], count: Int, from source: ExampleSource
) -> Double {
  let target = AlignedFloats(count: count * (source.fields.map(\.size).max() ?? 0))
  let rounds = positions.count / count
  precondition(rounds > 0, "\(count) of \(positions.count) rows")
  let clock = ContinuousClock()
  var total = Swift.Duration.zero
  for round in -1..<rounds {
    let range = max(0, round) * count..<(max(0, round) + 1) * count
    let time = clock.measure {
      unsafe positions.withUnsafeBufferPointer {
        for field in source.sources {
          unsafe field.gather(UnsafeBufferPointer(rebasing: $0[range]), into: target.pointer)
        }
      }
    }
    if round >= 0 { total += time }
  }
  return total / .seconds(1) / Double(rounds)
}
