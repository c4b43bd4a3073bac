internal import Foundation

/// What Linux's control groups allow a process: the tightest limit of its own group and of all that
/// hold it.
package struct ControlGroup {
  /// Processors' worth of time, rounded up.
  package var processors: Int

  /// The limits of this process; nil where there are none.
  package static func ofThisProcess() -> ControlGroup? {
    ControlGroup { try? String(contentsOfFile: $0, encoding: .utf8) }
  }

  /// The limits that files tell: `cpu.max` in version 2, `cpu.cfs_quota_us` in version 1.
  ///
  /// - Parameter read: the text of a file, nil where there is none.
  package init?(reading read: (_ path: String) -> String?) {
    let limits = (read("/proc/self/cgroup") ?? "").split(separator: "\n").flatMap { line in
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { return [Double]() }
      let names = fields[1].split(separator: ",")
      if fields[0] == "0", names.isEmpty {
        return Self.folders(fields[2]).compactMap { folder in
          let numbers = Self.numbers(read("/sys/fs/cgroup\(folder)/cpu.max"))
          return numbers.count == 2 ? numbers[0] / numbers[1] : nil
        }
      }
      guard names.contains("cpu") else { return [] }
      return Self.folders(fields[2]).compactMap { folder in
        let base = "/sys/fs/cgroup/cpu\(folder)/cpu.cfs_"
        let (quota, period) = (read(base + "quota_us"), read(base + "period_us"))
        guard let quota = Self.numbers(quota).first, let period = Self.numbers(period).first
        else { return nil }
        return quota / period
      }
    }
    guard let tightest = limits.filter({ $0 > 0 && $0.isFinite }).min() else { return nil }
    processors = Int(min(tightest.rounded(.up), 4096))
  }

  /// A group's folder and those above it, down to none: `/a/b`, `/a` and the empty one.
  private static func folders(_ path: Substring) -> [String] {
    let names = path.split(separator: "/")
    return (0...names.count).reversed().map { count in
      names.prefix(count).map { "/" + $0 }.joined()
    }
  }

  private static func numbers(_ text: String?) -> [Double] {
    (text ?? "").split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
  }
}
