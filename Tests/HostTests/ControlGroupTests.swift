import Host
import Testing

/// What this process may use: the affinity mask, and what its control groups allow.
@Suite struct ControlGroupTests {
  /// The limit that made-up files tell.
  private func limit(_ files: [String: String]) -> Int? {
    ControlGroup { files[$0] }.processors
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

  private func memory(_ files: [String: String]) -> Int? {
    ControlGroup { files[$0] }.freeMemory
  }

  @Test func memoryIsWhatTheTightestGroupLeaves() {
    let files = [
      "/proc/self/cgroup": "0::/a/b\n",
      "/sys/fs/cgroup/a/b/memory.max": "max\n", "/sys/fs/cgroup/a/b/memory.current": "100\n",
      "/sys/fs/cgroup/a/memory.max": "5000\n", "/sys/fs/cgroup/a/memory.current": "4100\n",
      "/sys/fs/cgroup/memory.max": "4000\n", "/sys/fs/cgroup/memory.current": "1000\n",
    ]
    #expect(memory(files) == 900)
    #expect(memory(files.filter { !$0.key.hasPrefix("/sys/fs/cgroup/a/memory") }) == 3000)
    #expect(memory(["/proc/self/cgroup": "0::/\n"]) == nil && memory([:]) == nil)
  }

  @Test func memoryOfVersion1() {
    let files = [
      "/proc/self/cgroup": "3:memory:/x\n2:cpu,cpuacct:/job\n0::/\n",
      "/sys/fs/cgroup/memory/x/memory.limit_in_bytes": "300\n",
      "/sys/fs/cgroup/memory/x/memory.usage_in_bytes": "400\n",
      "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
      "/sys/fs/cgroup/memory/memory.usage_in_bytes": "9\n",
    ]
    #expect(memory(files) == 0)
    #expect(memory(files.filter { !$0.key.contains("/x/") }) == nil)
  }

  /// Pages of files that were read are given back when memory is wanted: they are free.
  @Test func cachedFilesAreFree() {
    var files = [
      "/proc/self/cgroup": "0::/a\n", "/sys/fs/cgroup/a/memory.max": "5000\n",
      "/sys/fs/cgroup/a/memory.current": "4900\n",
      "/sys/fs/cgroup/a/memory.stat":
        "anon 900\nfile 4000\ninactive_file 3000\nactive_file 500\nworkingset_x 7\n",
    ]
    #expect(memory(files) == 3600)
    files = [
      "/proc/self/cgroup": "3:memory:/x\n",
      "/sys/fs/cgroup/memory/x/memory.limit_in_bytes": "5000\n",
      "/sys/fs/cgroup/memory/x/memory.usage_in_bytes": "4900\n",
      "/sys/fs/cgroup/memory/x/memory.stat":
        "inactive_file 10\ntotal_inactive_file 3000\ntotal_active_file 500\n",
    ]
    #expect(memory(files) == 3600)
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

  @Test func theSystemTells() throws {
    let (memory, age) = (try #require(availableMemory()), try #require(processAge()))
    #expect(memory > 0 && addressSpaceInUse() > 1 << 20 && peakResidentMemory() > 1 << 20)
    #expect(age >= 0 && processorName() != "")
    #expect(try #require(hostName()).contains { !$0.isWhitespace })
  }
}
