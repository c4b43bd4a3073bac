/// The processor's name; nil where the system does not tell.
package func processorName() -> String? {
  kernelValue("model name", in: "/proc/cpuinfo").map(trimmed)
}

/// The machine's name in its network; nil where the system does not tell.
package func hostName() -> String? {
  kernelText("/proc/sys/kernel/hostname").map { trimmed($0[...]) }
}

/// Without white space around it.
private func trimmed(_ text: Substring) -> String {
  String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
}
