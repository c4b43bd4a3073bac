import DataParallel
import Testing

/// What this process may use: the affinity mask, and what its control groups allow.
@Suite struct ThreadCountTests {
  /// The limit that made-up files tell.
  private func limit(_ files: [String: String]) -> Int? {
    ControlGroup { files[$0] }?.processors
  }

  @Test func version2TakesTheTightestOfAllGroupsAbove() {
    let files = [
      "/proc/self/cgroup": "0::/a/b\n", "/sys/fs/cgroup/a/b/cpu.max": "800000 100000\n",
      "/sys/fs/cgroup/a/cpu.max": "250000 100000\n", "/sys/fs/cgroup/cpu.max": "max 100000\n",
    ]
    #expect(limit(files) == 3)
    #expect(limit(files.filter { !$0.key.hasSuffix("a/cpu.max") }) == 8)
  }

  @Test func containersSeeTheirGroupAsTheRoot() {
    #expect(
      limit(["/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "50000 100000"]) == 1)
  }

  @Test func version1HasAQuota() {
    let files = [
      "/proc/self/cgroup": "3:memory:/x\n2:cpu,cpuacct:/job\n0::/\n",
      "/sys/fs/cgroup/cpu/job/cpu.cfs_quota_us": "150000\n",
      "/sys/fs/cgroup/cpu/job/cpu.cfs_period_us": "100000\n",
      "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
      "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
    ]
    #expect(limit(files) == 2)
  }

  @Test(arguments: ["max 100000", "", "nonsense", "-1 100000", "0 100000", "100000 0"])
  func noLimitIsNil(text: String) {
    #expect(limit(["/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": text]) == nil)
    #expect(limit([:]) == nil)
  }

  @Test(arguments: [
    ("0-3,8\n", [0, 1, 2, 3, 8]), ("\t5", [5]), ("", []), ("3-1", []), ("0,2-2", [0, 2]),
  ])
  func listsOfProcessors(text: String, expected: [Int]) {
    #expect(processors(inList: text[...]) == expected)
  }

  @Test func coresAreNoMoreThanThreads() {
    #expect((1...max(1, availableCoreCount())).contains(1))
    #expect(availableThreadCount() >= 1 && availableCoreCount() >= 1)
  }
}
