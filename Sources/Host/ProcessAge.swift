internal import Glibc

/// Seconds since the operating system started this process, to about 0.01 s: loading the program and
/// its libraries counts. Nil where the system does not tell.
package func processAge() -> Double? {
  guard let status = kernelText("/proc/self/stat"),
    let now = kernelText("/proc/uptime")?[...].numbers.first,
    // The program's name, in parentheses, may hold anything.
    let end = status.lastIndex(of: ")")
  else { return nil }
  // Field 22 of all, the 20th after the name: the start in ticks since the system's.
  let fields = status[end...].split(separator: " ")
  let ticksPerSecond = Double(sysconf(Int32(_SC_CLK_TCK)))
  guard fields.count > 20, let start = Double(fields[20]), ticksPerSecond > 0 else { return nil }
  let age = now - start / ticksPerSecond
  return age >= 0 ? age : nil
}
