internal import Glibc

/// Bytes that this process can still take without being refused or killed for it: what the machine
/// has left, what its control groups leave, and what `ulimit -v` leaves. Nil where nothing tells.
package func availableMemory() -> Int? {
  let machine = kernelValue("MemAvailable", in: "/proc/meminfo")?.numbers.first
  return [machine.map { Int($0) << 10 }, ControlGroup.ofThisProcess().freeMemory, addressSpace()]
    .compactMap { $0 }.min()
}

/// Bytes of addresses that this process has taken.
package func addressSpaceInUse() -> Int {
  let pages = kernelText("/proc/self/statm")?[...].numbers.first ?? 0
  return Int(pages) * sysconf(Int32(_SC_PAGESIZE))
}

/// The most bytes of memory that this process has held.
package func peakResidentMemory() -> Int {
  Int(kernelValue("VmHWM", in: "/proc/self/status")?.numbers.first ?? 0) * 1024
}

/// Bytes of addresses that `ulimit -v` leaves; nil for no limit.
private func addressSpace() -> Int? {
  var limits = rlimit()
  guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limits) == 0,
    limits.rlim_cur < 1 << 60
  else { return nil }
  return max(0, Int(limits.rlim_cur) - addressSpaceInUse())
}
