internal import CKernels
internal import Foundation
public import GraphIR

/// How many threads this process may keep busy: the cores of its affinity mask, fewer where a control
/// group limits its processor time.
public func availableThreadCount() -> Int {
  let count = Int(vaedp_affinity_count())
  return max(1, min(count, controlGroupLimit() ?? count))
}

extension Precision {
  /// Whether this processor multiplies such numbers; bfloat16 needs AVX512-BF16 or AMX-BF16.
  public var isAvailable: Bool { self == .float32 || vaedp_has_bfloat16() }
}

/// Processors that the control group allows, rounded up: version 2's `cpu.max`, version 1's quota.
private func controlGroupLimit() -> Int? {
  func numbers(_ path: String) -> [Double] {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return [] }
    return text.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
  }
  let own = (try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8)) ?? ""
  let path = own.split(separator: "\n").first { $0.hasPrefix("0::") }?.dropFirst(3) ?? "/"
  for folder in ["/sys/fs/cgroup\(path)", "/sys/fs/cgroup"] {
    let limit = numbers(folder + "/cpu.max")
    if limit.count == 2, limit[1] > 0 { return Int((limit[0] / limit[1]).rounded(.up)) }
  }
  let quota = numbers("/sys/fs/cgroup/cpu/cpu.cfs_quota_us").first ?? -1
  let period = numbers("/sys/fs/cgroup/cpu/cpu.cfs_period_us").first ?? 0
  return quota > 0 && period > 0 ? Int((quota / period).rounded(.up)) : nil
}
