/// Where in a training a checkpoint was taken.
public struct CheckpointLabel: Sendable, Hashable {
  /// Optimiser steps done.
  public var step: Int
  /// Epochs done.
  public var epoch: Int
  /// Whether it was the best by validation when it was saved.
  public var isBest: Bool

  /// A label.
  public init(step: Int, epoch: Int, isBest: Bool) {
    (self.step, self.epoch, self.isBest) = (step, epoch, isBest)
  }
}

/// What the manifest says about one checkpoint file.
public struct CheckpointEntry: Sendable, Hashable, Codable {
  /// Name in the checkpoints' folder: `step-000000500.h5`.
  public var file: String
  /// SHA-256 of the file's bytes, 64 lower-case hexadecimal digits.
  public var sha256: String
  /// The file's size.
  public var byteCount: Int
  /// Optimiser steps done.
  public var step: Int
  /// Epochs done.
  public var epoch: Int
  /// Whether it is the best by validation; one entry of a manifest at most.
  public var isBest: Bool

  /// The entry of a file with these bytes.
  package init(of bytes: [UInt8], _ label: CheckpointLabel) {
    file = Self.fileName(step: label.step)
    sha256 = hexadecimalSHA256(of: bytes)
    byteCount = bytes.count
    (step, epoch, isBest) = (label.step, label.epoch, label.isBest)
  }

  /// The name of the checkpoint taken after `step` steps; names sort as steps do.
  public static func fileName(step: Int) -> String {
    let digits = String(step)
    return "step-\(String(repeating: "0", count: max(0, 9 - digits.count)))\(digits).h5"
  }

  /// The step that `fileName` was given; `nil` for any other name.
  static func step(ofFile name: String) -> Int? {
    guard name.hasPrefix("step-"), name.hasSuffix(".h5"),
      let step = Int(name.dropFirst(5).dropLast(3)), step >= 0, fileName(step: step) == name
    else { return nil }
    return step
  }
}
