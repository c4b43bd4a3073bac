internal import CHost

/// How many threads this process may keep busy: the processors of its affinity mask, fewer where a
/// control group limits its processor time.
public func availableThreadCount() -> Int {
  let count = Int(vaedp_affinity_count())
  return max(1, min(count, ControlGroup.ofThisProcess().processors ?? count))
}

/// How many of the processors in this process's affinity mask are cores of their own: two that are
/// hyper-threads of one core count once.
public func availableCoreCount() -> Int {
  let list = kernelValue("Cpus_allowed_list", in: "/proc/self/status") ?? ""
  let siblings = processors(inList: list).map { processor in
    let folder = "/sys/devices/system/cpu/cpu\(processor)/topology/"
    return kernelText(folder + "thread_siblings_list") ?? "\(processor)"
  }
  return max(1, Set(siblings).count)
}

/// The numbers in a list such as `0-3,8`.
package func processors(inList list: Substring) -> [Int] {
  list.split(separator: ",").flatMap { part -> [Int] in
    let ends = part.split(separator: "-").compactMap { Int($0.filter(\.isNumber)) }
    guard let first = ends.first, let last = ends.last, first <= last else { return [] }
    return Array(first...last)
  }
}
