internal import CKernels

/// An element-wise loop in the form that the C kernel reads; immutable.
@safe final class LoopKernel {
  let loop: UnsafeMutablePointer<vaedp_loop>
  private let loads: UnsafeMutablePointer<vaedp_view>
  private let instructions: UnsafeMutablePointer<vaedp_instruction>
  private let stores: UnsafeMutablePointer<vaedp_store>

  /// - Precondition: the call keeps within the kernel's tables; the lowering sees to that.
  init(_ call: LoopCall) {
    precondition(
      call.extents.count <= Int(VAEDP_MAX_RANK) && call.loads.count <= Int(VAEDP_MAX_LOADS)
        && call.targets.count <= Int(VAEDP_MAX_STORES) && call.registerCount <= 192,
      "loop of \(call.extents.count) axes, \(call.loads.count) loads, \(call.targets.count) stores")
    unsafe loads = copied(call.loads.map { vaedp_view($0) })
    unsafe instructions = copied(
      call.instructions.map {
        vaedp_instruction(
          function: $0.function.code, target: Int32($0.target), left: Int32($0.left),
          right: Int32($0.right), third: Int32($0.third), number: $0.number)
      })
    unsafe stores = copied(
      call.targets.map {
        vaedp_store(
          view: vaedp_view($0.view), source: Int32($0.register), accumulate: $0.accumulates,
          direct: $0.isDirect)
      })
    let value = unsafe vaedp_loop(
      rank: Int32(call.extents.count), load_count: Int32(call.loads.count),
      instruction_count: Int32(call.instructions.count),
      store_count: Int32(call.targets.count), register_count: Int32(call.registerCount),
      extents: axes(call.extents), loads: UnsafePointer(loads),
      instructions: UnsafePointer(instructions), stores: UnsafePointer(stores))
    unsafe loop = .allocate(capacity: 1)
    unsafe loop.initialize(to: value)
  }

  deinit {
    unsafe loads.deallocate()
    unsafe instructions.deallocate()
    unsafe stores.deallocate()
    unsafe loop.deallocate()
  }

  /// Floats of scratch memory: a tile per register.
  static func scratchCount(_ call: LoopCall) -> Int { call.registerCount * Int(VAEDP_TILE) }
}

private func copied<T>(_ values: [T]) -> UnsafeMutablePointer<T> {
  let memory = UnsafeMutablePointer<T>.allocate(capacity: max(1, values.count))
  for (index, value) in values.enumerated() { unsafe (memory + index).initialize(to: value) }
  return unsafe memory
}

/// Numbers, one per loop axis, as C's array of six.
private func axes(_ values: [Int]) -> (Int64, Int64, Int64, Int64, Int64, Int64) {
  func at(_ axis: Int) -> Int64 { axis < values.count ? Int64(values[axis]) : 0 }
  return (at(0), at(1), at(2), at(3), at(4), at(5))
}

extension vaedp_view {
  fileprivate init(_ view: LoopView) {
    self.init(
      place: vaedp_place(space: view.place.space.rawValue, offset: Int64(view.place.offset)),
      strides: axes(view.strides))
  }
}

/// The build of the C kernels that this processor runs: `avx512`, `avx2` or `baseline`.
package func instructionSet() -> String { unsafe String(cString: vaedp_instruction_set()) }
