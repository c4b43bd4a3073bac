import CStorage
import Storage
import TestScale
import Testing

/// The address sanitizer knows where the engine's memory ends, which the allocator does not tell it.
@Suite struct ForbiddenMemoryTests {
  private let isWatched = Sanitizer.current == .address

  /// Counts that end within a page and at its end.
  @Test(arguments: [0, 1, 3, 1023, 1024, 5000])
  func floatsEndAtTheLast(count: Int) {
    let floats = AlignedFloats(count: count)
    let bytes = unsafe UnsafeRawPointer(floats.pointer)
    #expect(unsafe vaedp_is_forbidden(bytes + 4 * count) == isWatched)
    if count > 0 { #expect(unsafe !vaedp_is_forbidden(bytes + 4 * count - 1)) }
  }

  @Test(arguments: [1, 7, 4096, 10_000])
  func bytesEndAtTheLast(count: Int) throws {
    let memory = try #require(SharedMemory(byteCount: count))
    #expect(unsafe vaedp_is_forbidden(memory.pointer + count) == isWatched)
    #expect(unsafe !vaedp_is_forbidden(memory.pointer + count - 1))
  }

  /// What is given back may be handed out again, whole.
  @Test func givenBackMemoryIsFree() throws {
    let pointer: UnsafeRawPointer
    do {
      let floats = AlignedFloats(count: 3)
      unsafe pointer = UnsafeRawPointer(floats.pointer)
    }
    #expect(unsafe !vaedp_is_forbidden(pointer + 12))
  }
}
