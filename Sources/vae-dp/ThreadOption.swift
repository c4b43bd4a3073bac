import ArgumentParser
import VAEDP

/// `--threads N|auto`.
struct ThreadOption: ParsableArguments {
  @Option(help: "Threads to compute with: a number, or auto for all cores of this process.")
  var threads = "auto"

  /// The number; nil for auto.
  var count: Int? { Int(threads) }

  func validate() throws {
    if threads == "auto" { return }
    guard let number = Int(threads), (1...4096).contains(number) else {
      throw ValidationError("--threads takes a number from 1 to 4096 or auto, not '\(threads)'.")
    }
  }
}
