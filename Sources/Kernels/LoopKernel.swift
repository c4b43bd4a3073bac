internal import CKernels
internal import KernelCalls

extension Call<Place> {
  func prepared(_ loop: Loop) -> PreparedCall {
    let kernel = LoopKernel(loop, loads: operands, stores: results)
    return PreparedCall(scratchCount: kernel.scratchCount) { run in
      unsafe vaedp_loop_run(kernel.loop, run.bases, run.scratch)
      return true
    }
  }
}

/// An element-wise loop in the form that the C kernel reads; immutable.
@safe private final class LoopKernel {
  let loop: UnsafeMutablePointer<vaedp_loop>
  /// Floats of scratch memory: a tile per register.
  let scratchCount: Int
  private let loads: UnsafeMutablePointer<vaedp_view>
  private let instructions: UnsafeMutablePointer<vaedp_instruction>
  private let stores: UnsafeMutablePointer<vaedp_store>

  /// - Precondition: the loop keeps within the kernel's tables; the lowering sees to that.
  init(_ call: Loop, loads places: [Place], stores targets: [Place]) {
    let registers = LoopRegisters(call)
    scratchCount = registers.count * Int(VAEDP_TILE)
    precondition(
      call.extents.count <= Int(VAEDP_MAX_RANK) && call.loads.count <= Int(VAEDP_MAX_LOADS)
        && call.stores.count <= Int(VAEDP_MAX_STORES) && registers.count <= 192,
      "loop of \(call.extents.count) axes, \(call.loads.count) loads, \(call.stores.count) stores")
    unsafe loads = copied(zip(places, call.loads).map { vaedp_view($0, strides: $1) })
    unsafe instructions = copied(registers.instructions)
    unsafe stores = copied(
      call.stores.enumerated().map { index, store in
        let isShared =
          places.contains(targets[index]) || call.stores.count { $0.operand == store.operand } > 1
        return vaedp_store(
          view: vaedp_view(targets[index], strides: store.strides),
          source: Int32(registers.stored[index]), accumulate: store.accumulates,
          direct: !store.accumulates && !isShared)
      })
    let value = unsafe vaedp_loop(
      rank: Int32(call.extents.count), load_count: Int32(call.loads.count),
      instruction_count: Int32(registers.instructions.count),
      store_count: Int32(call.stores.count), register_count: Int32(registers.count),
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
  fileprivate init(_ place: Place, strides: [Int]) {
    self.init(
      place: vaedp_place(space: place.space.rawValue, offset: Int64(place.offset)),
      strides: axes(strides))
  }
}

/// The build of the C kernels that this processor runs: `avx512`, `avx2` or `baseline`.
package func instructionSet() -> String { unsafe String(cString: vaedp_instruction_set()) }
