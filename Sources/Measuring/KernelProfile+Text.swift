internal import Foundation

extension KernelProfile {
  /// A table for people: share of the time, milliseconds, speed, what.
  public var text: String {
    func line(_ row: Row) -> String {
      let speed =
        row.flops > 0
        ? String(format: "%6.0f GFLOP/s", row.flops / row.seconds / 1e9)
        : String(format: "%6.1f GB/s   ", Double(row.bytes) / row.seconds / 1e9)
      let numbers = String(
        format: "%5.1f %%  %8.3f ms  ", row.seconds / seconds * 100, row.seconds * 1e3)
      return numbers + speed + "  " + row.name
        + (row.implementation.isEmpty ? "" : "  [\(row.implementation)]")
    }
    var lines = rows.map(line)
    lines.append(String(format: "one shard on one thread: %.3f ms", seconds * 1e3))
    if !gradients.isEmpty {
      lines += gradients.map(line)
      lines.append(
        String(
          format: "gradients of weights over the minibatch on one thread: %.3f ms",
          gradientSeconds * 1e3))
    }
    return lines.joined(separator: "\n")
  }
}
