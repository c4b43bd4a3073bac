/// What each slice's gradient and update came to, so that no step is applied that leaves float32.
@unsafe struct SliceChecks {
  /// Σ (mean)² of the summed gradients or statistics; finite exactly where all of them are. 0 where it has
  /// not been made in this step.
  let squares: UnsafeMutablePointer<Double>
  /// Bounds on parameters and what is kept beside them, from their last update; infinite where nothing is
  /// known.
  let magnitudes: UnsafeMutablePointer<Float>
  /// Whether the update stays finite for certain; where it does not, it is previewed first.
  let isCertain: UnsafeMutablePointer<Bool>
  /// Whether the slice's sum lies where it is read from, so that it is not made again.
  let isSummed: UnsafeMutablePointer<Bool>
  private let room: UnsafeMutablePointer<Float>
  /// Arrays in `room`, `arrayCount` for each worker, each with room for a slice's longest run.
  private let scratch: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  private let arrayCount: Int
  private let count: Int

  init(_ slices: [Slice], arrayCount: Int, workers: Int) {
    unsafe (count, self.arrayCount) = (slices.count, arrayCount)
    unsafe squares = .allocate(capacity: count)
    unsafe magnitudes = .allocate(capacity: count)
    unsafe isCertain = .allocate(capacity: count)
    unsafe isSummed = .allocate(capacity: count)
    let longest = slices.map(\.length).max() ?? 0
    unsafe room = .allocate(capacity: longest * arrayCount * workers)
    unsafe scratch = .allocate(capacity: arrayCount * workers)
    for index in 0..<arrayCount * workers {
      unsafe scratch[index] = room + index * longest
    }
    unsafe forget()
  }

  func deallocate() {
    unsafe squares.deallocate()
    unsafe magnitudes.deallocate()
    unsafe isCertain.deallocate()
    unsafe isSummed.deallocate()
    unsafe room.deallocate()
    unsafe scratch.deallocate()
  }

  /// Forgets what is known of the gradients of the step before.
  func beginStep() {
    unsafe squares.update(repeating: 0, count: count)
    unsafe isCertain.update(repeating: false, count: count)
    unsafe isSummed.update(repeating: false, count: count)
  }

  /// A worker's arrays to preview in.
  func scratch(of worker: Int) -> UnsafePointer<UnsafeMutablePointer<Float>> {
    unsafe UnsafePointer(scratch + worker * arrayCount)
  }

  /// Forgets the bounds: what they bound was set from outside.
  func forget() {
    unsafe magnitudes.update(repeating: .infinity, count: count)
  }

  /// The first slice whose sum is not finite.
  var firstNonFiniteSum: Int? { unsafe (0..<count).first { unsafe !squares[$0].isFinite } }

  /// The first slice whose previewed update is not finite.
  var firstNonFiniteUpdate: Int? { unsafe (0..<count).first { unsafe !magnitudes[$0].isFinite } }

  /// Whether no update needs a check or a preview.
  var areCertain: Bool { unsafe (0..<count).allSatisfy { unsafe isCertain[$0] } }
}
