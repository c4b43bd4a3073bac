internal import Glibc

/// Bytes that this process can still take without being refused or killed for it: what the machine
/// has left, what its control group leaves, and what `ulimit -v` leaves. Nil where nothing tells.
package func availableMemory() -> Int? {
  [machineMemory(), groupMemory(), addressSpace()].compactMap { $0 }.min()
}

private func machineMemory() -> Int? {
  number(after: "MemAvailable:", in: "/proc/meminfo").map { $0 << 10 }
}

/// Of either version of control groups, as a container sees its own.
private func groupMemory() -> Int? {
  let files = [
    ("memory.max", "memory.current"),
    ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
  ]
  for (limit, usage) in files {
    guard let most = number(in: "/sys/fs/cgroup/\(limit)"), most < 1 << 60,
      let used = number(in: "/sys/fs/cgroup/\(usage)")
    else { continue }
    return max(0, most - used)
  }
  return nil
}

private func addressSpace() -> Int? {
  var limits = rlimit()
  guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limits) == 0,
    limits.rlim_cur < 1 << 60
  else { return nil }
  return max(0, Int(limits.rlim_cur) - addressSpaceInUse())
}

/// Bytes of addresses that this process has taken.
func addressSpaceInUse() -> Int {
  (number(in: "/proc/self/statm") ?? 0) * sysconf(Int32(_SC_PAGESIZE))
}

/// The first number of a file of the kernel, or the one that follows a word in it.
private func number(after word: String = "", in path: String) -> Int? {
  guard let file = unsafe fopen(path, "re") else { return nil }
  defer { unsafe _ = fclose(file) }
  var bytes = [UInt8](repeating: 0, count: 4096)
  let count = unsafe fread(&bytes, 1, bytes.count, file)
  let words = String(decoding: bytes.prefix(count), as: UTF8.self)
    .split(whereSeparator: \.isWhitespace)
  if word.isEmpty { return words.first.flatMap { Int($0) } }
  guard let place = words.firstIndex(of: word[...]), place + 1 < words.count else { return nil }
  return Int(words[place + 1])
}
