internal import Glibc

/// The text of a file that the kernel makes when it is read, such as `/proc/self/status`; nil where there is
/// none, cut where it is longer than any is that matters.
func kernelText(_ path: String) -> String? {
  guard let file = unsafe fopen(path, "re") else { return nil }
  defer { unsafe _ = fclose(file) }
  var bytes = [UInt8](repeating: 0, count: 1 << 16)
  let count = unsafe fread(&bytes, 1, bytes.count, file)
  return String(decoding: bytes.prefix(count), as: UTF8.self)
}

/// What follows a name and its colon in such a text, in the first line that begins so: `VmHWM:  123 kB`.
func kernelValue(_ name: String, in path: String) -> Substring? {
  kernelText(path)?.split(separator: "\n").first { $0.hasPrefix(name) }
    .flatMap { line in line.firstIndex(of: ":").map { line[line.index(after: $0)...] } }
}

extension Substring {
  /// The numbers among its words.
  var numbers: [Double] { split(whereSeparator: \.isWhitespace).compactMap { Double($0) } }
}
