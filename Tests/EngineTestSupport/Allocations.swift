import CAllocationCounter
public import Testing

/// Whether allocations can be counted: in a release build, with the counter in place.
public var canCountAllocations: Bool {
  #if DEBUG
    false
  #else
    allocation_counter_is_available()
  #endif
}

/// A place in the code that allocated.
public struct AllocationSite {
  /// The library or program.
  public var owner: String
  /// How often.
  public var calls: Int
  /// How it came there.
  public var backtrace: String

  /// Libraries that allocate as they see fit, which are only reported.
  public var isOurs: Bool {
    !["libdnnl", "libdispatch", "libBlocksRuntime", "libgomp", "libc", "ld-linux", "libgcc_s"]
      .contains { owner == $0 || owner.hasPrefix($0 + ".") || owner.hasPrefix($0 + "-") }
  }
}

/// What `body` allocates, on any thread.
public func allocations(during body: () throws -> Void) rethrows -> [AllocationSite] {
  allocation_counter_start()
  defer { allocation_counter_stop() }
  try body()
  allocation_counter_stop()
  return (0..<allocation_counter_site_count()).map { site in
    var text = [CChar](repeating: 0, count: 4096)
    unsafe allocation_counter_describe(site, &text, text.count)
    return unsafe AllocationSite(
      owner: String(cString: allocation_counter_owner(site)),
      calls: allocation_counter_calls(site),
      backtrace: String(
        decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
  }
}

/// Records an issue for each place of ours, and prints how often libraries allocated.
public func report(_ sites: [AllocationSite], of what: String) {
  for site in sites where site.isOurs {
    Issue.record("\(site.calls) allocations of \(site.owner) at\n\(site.backtrace)")
  }
  for (owner, calls) in Dictionary(grouping: sites, by: \.owner).mapValues({
    $0.reduce(0) { $0 + $1.calls }
  }) {
    print("\(what): \(calls) allocations of \(owner)")
  }
}

/// Prints what a process of an exit test has printed.
public func printed(_ result: ExitTest.Result?) {
  guard let result else { return }
  print(String(decoding: result.standardOutputContent, as: UTF8.self), terminator: "")
}
