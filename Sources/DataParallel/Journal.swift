internal import Execution
internal import Storage

/// What the slices of a turn held before its update, so that a step of several turns is applied as a whole or not
/// at all.
///
/// Safety: who took a slice from the queue alone writes its part.
@safe final class Journal {
  private let floats: AlignedFloats
  /// Where each slice's part begins.
  private let offsets: [Int]
  private let arrayCount: Int

  /// A journal of slices in so many arrays.
  init(_ slices: [Slice], arrayCount: Int) {
    self.arrayCount = arrayCount
    offsets = slices.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count * arrayCount) }
    floats = AlignedFloats(count: offsets[slices.count])
  }

  /// Bytes of its memory.
  var byteCount: Int { floats.count * 4 }

  /// Notes what a slice holds.
  func note(_ index: Int, _ slice: Slice, in arrays: UnsafePointer<UnsafeMutablePointer<Float>>) {
    unsafe forEachRun(index, slice, arrays) { unsafe $0.update(from: $1, count: slice.length) }
  }

  /// Puts back what all slices held.
  func undo(_ slices: [Slice], in arrays: UnsafePointer<UnsafeMutablePointer<Float>>) {
    for (index, slice) in slices.enumerated() {
      unsafe forEachRun(index, slice, arrays) { unsafe $1.update(from: $0, count: slice.length) }
    }
  }

  /// Hands over where each run of a slice is noted, and where it lies.
  private func forEachRun(
    _ index: Int, _ slice: Slice, _ arrays: UnsafePointer<UnsafeMutablePointer<Float>>,
    _ body: (_ noted: UnsafeMutablePointer<Float>, _ run: UnsafeMutablePointer<Float>) -> Void
  ) {
    var noted = unsafe floats.pointer + offsets[index]
    for array in 0..<arrayCount {
      for run in 0..<slice.runs {
        unsafe body(noted, arrays[array] + slice.start + run * slice.stride)
        unsafe noted += slice.length
      }
    }
  }
}
