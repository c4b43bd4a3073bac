internal import CKernels
internal import Foundation
public import GraphIR

/// How many threads this process may keep busy: the processors of its affinity mask, fewer where a
/// control group limits its processor time.
public func availableThreadCount() -> Int {
  let count = Int(vaedp_affinity_count())
  return max(1, min(count, ControlGroup.ofThisProcess()?.processors ?? count))
}

/// How many of the processors in this process's affinity mask are cores of their own: two that are
/// hyper-threads of one core count once.
public func availableCoreCount() -> Int {
  let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
  let line = status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") } ?? ""
  let siblings = processors(inList: line.dropFirst("Cpus_allowed_list:".count)).map { processor in
    let folder = "/sys/devices/system/cpu/cpu\(processor)/topology/"
    return (try? String(contentsOfFile: folder + "thread_siblings_list", encoding: .utf8))
      ?? "\(processor)"
  }
  return max(1, Set(siblings).count)
}

extension Precision {
  /// Whether this processor multiplies such numbers; bfloat16 needs AVX512-BF16 or AMX-BF16.
  public var isAvailable: Bool { self == .float32 || vaedp_has_bfloat16() }
}

/// The numbers in a list such as `0-3,8`.
package func processors(inList list: Substring) -> [Int] {
  list.split(separator: ",").flatMap { part -> [Int] in
    let ends = part.split(separator: "-").compactMap { Int($0.filter(\.isNumber)) }
    guard let first = ends.first, let last = ends.last, first <= last else { return [] }
    return Array(first...last)
  }
}
