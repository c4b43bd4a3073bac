/// What Linux's control groups allow a process: the tightest limits of its own group and of all that
/// hold it.
package struct ControlGroup {
  /// Processors' worth of time, rounded up; nil for no limit.
  package var processors: Int?
  /// Bytes that may still be taken; nil for no limit.
  package var freeMemory: Int?

  /// The limits of this process.
  package static func ofThisProcess() -> ControlGroup { ControlGroup { kernelText($0) } }

  /// The limits that files tell: `cpu.max` and `memory.max` in version 2, `cpu.cfs_quota_us` and
  /// `memory.limit_in_bytes` in version 1.
  ///
  /// - Parameter read: the text of a file, nil where there is none.
  package init(reading read: (_ path: String) -> String?) {
    func numbers(_ path: String) -> [Double] { read(path).map { $0[...].numbers } ?? [] }
    let groups = (read("/proc/self/cgroup") ?? "").split(separator: "\n").compactMap(Group.init)
    let shares = groups.flatMap { group -> [Double] in
      group.folders(of: "cpu").compactMap { folder in
        let limit =
          group.isVersion2
          ? numbers(folder + "/cpu.max")
          : numbers(folder + "/cpu.cfs_quota_us") + numbers(folder + "/cpu.cfs_period_us")
        return limit.count == 2 ? limit[0] / limit[1] : nil
      }
    }
    let tightest = shares.filter { $0 > 0 && $0.isFinite }.min()
    processors = tightest.map { Int(min($0.rounded(.up), 4096)) }
    let free = groups.flatMap { group -> [Double] in
      let (limit, usage) =
        group.isVersion2
        ? ("/memory.max", "/memory.current")
        : ("/memory.limit_in_bytes", "/memory.usage_in_bytes")
      return group.folders(of: "memory").compactMap { folder in
        guard let most = numbers(folder + limit).first, most < 0x1p60,
          let used = numbers(folder + usage).first
        else { return nil }
        // What is only there to be read again faster goes when it is in the way.
        let cache = (read(folder + "/memory.stat") ?? "").split(separator: "\n").filter {
          $0.hasPrefix(group.isVersion2 ? "inactive_file " : "total_inactive_file ")
            || $0.hasPrefix(group.isVersion2 ? "active_file " : "total_active_file ")
        }.compactMap(\.numbers.first).reduce(0, +)
        return max(0, min(most, most - used + cache))
      }
    }
    freeMemory = free.min().map { Int($0) }
  }

  /// A line of `/proc/self/cgroup`: the process's place in one hierarchy of groups.
  private struct Group {
    /// What it limits, in version 1; version 2 has one hierarchy for all.
    let controllers: [Substring]
    let isVersion2: Bool
    let path: Substring

    init?(_ line: Substring) {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { return nil }
      (controllers, path) = (fields[1].split(separator: ","), fields[2])
      isVersion2 = fields[0] == "0" && controllers.isEmpty
    }

    /// Where the limits of a group and of those above it lie, down to the root's, which in a container is the
    /// container's own; none where this hierarchy does not limit that.
    func folders(of controller: String) -> [String] {
      guard isVersion2 || controllers.contains(controller[...]) else { return [] }
      let base = "/sys/fs/cgroup" + (isVersion2 ? "" : "/" + controller)
      let names = path.split(separator: "/")
      return (0...names.count).reversed().map { count in
        base + names.prefix(count).map { "/" + $0 }.joined()
      }
    }
  }
}
