/// How far the work is, by the bytes that were moved; and a chance to end it.
final class RewriteProgress {
  private let total: Double
  private var done = 0.0
  private let step: (Double) throws -> Void

  init(total: Int, step: @escaping (Double) throws -> Void) {
    (self.total, self.step) = (Double(max(1, total)), step)
  }

  /// Tells that so many bytes more were moved.
  ///
  /// - Throws: What ends the work: the user does not want it any more.
  func moved(_ count: Int) throws {
    done += Double(count)
    try step(min(1, done / total))
  }
}
