/// Which checkpoints a training may go back to: those of certain steps, whatever else was saved.
public struct Anchors: Sendable, Hashable {
  /// How many of the newest stay, however many others follow.
  public var count: Int
  /// Every multiple of one of these steps is an anchor, 0 among them.
  public var periods: [Int]

  /// Anchors at multiples of `periods`, each at least 1.
  public init(count: Int, periods: [Int]) { (self.count, self.periods) = (count, periods) }

  /// No checkpoint is kept to go back to.
  public static let none = Anchors(count: 0, periods: [])

  /// Whether a checkpoint of this step is an anchor.
  public func contains(step: Int) -> Bool { periods.contains { step % $0 == 0 } }
}
