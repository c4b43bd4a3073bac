internal import Foundation

/// Seconds since the operating system started this process, to about 0.01 s: loading the program and
/// its libraries counts. Nil where the system does not tell.
func processAge() -> Double? {
  guard let status = try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8),
    let uptime = try? String(contentsOfFile: "/proc/uptime", encoding: .utf8),
    // The program's name, in parentheses, may hold anything.
    let end = status.lastIndex(of: ")"),
    let now = uptime.split(separator: " ").first.flatMap({ Double($0) })
  else { return nil }
  // Field 22 of all, the 20th after the name: the start in ticks since the system's.
  let fields = status[end...].split(separator: " ")
  let ticksPerSecond = Double(sysconf(Int32(_SC_CLK_TCK)))
  guard fields.count > 20, let start = Double(fields[20]), ticksPerSecond > 0 else { return nil }
  let age = now - start / ticksPerSecond
  return age >= 0 ? age : nil
}
