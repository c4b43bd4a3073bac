import Foundation
import VAEDP

/// Results that could not be handed over.
struct OutputFailure: Error, CustomStringConvertible {
  var reason: String

  /// One line.
  var description: String {
    "standard output: expected to be written, found '\(reason)'. Check the free space where it goes."
  }
}

/// Writes lines to standard output, and throws where they do not arrive, as `print` does not.
func put(_ text: String) throws {
  do {
    try FileHandle.standardOutput.write(contentsOf: Data((text + "\n").utf8))
  } catch {
    let reason = POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO).localizedDescription
    throw OutputFailure(reason: reason)
  }
}

/// Writes a result as JSON, keys sorted. Numbers that are not finite stand as the strings `inf`, `-inf` and
/// `nan`, as in every file of a run.
func put(json result: some Encodable, _ formatting: JSONEncoder.OutputFormatting = []) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = formatting.union([.prettyPrinted, .sortedKeys])
  encoder.nonConformingFloatEncodingStrategy = .convertToString(
    positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
  // What the encoder leaves as it is, a terminal might take for a command.
  let lines = String(decoding: try encoder.encode(result), as: UTF8.self).split(separator: "\n")
  try put(lines.map { printable(String($0)) }.joined(separator: "\n"))
}
