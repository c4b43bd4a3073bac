/// How an import goes: told to whoever waits for it, and a chance to end it.
public final class ImportProgress {
  /// Whether parts that are wrong are left out.
  public let skipsBad: Bool
  package private(set) var notes: [String] = []
  package private(set) var skipped: [ImportError] = []
  private let step: (Double) throws -> Void

  package init(skipsBad: Bool, step: @escaping (Double) throws -> Void) {
    (self.skipsBad, self.step) = (skipsBad, step)
  }

  /// Tells how far it is, 0...1; called about every MiB.
  ///
  /// - Throws: What ends the work: the user does not want it any more.
  public func reached(_ done: Double) throws { try step(min(max(done, 0), 1)) }

  /// Tells what was found or decided, such as the types of columns, in a sentence.
  public func note(_ sentence: String) { notes.append(sentence) }

  /// Leaves out a part that is wrong, where the user wants that, and lists it.
  ///
  /// - Throws: `problem`, where the user does not.
  public func skip(_ problem: ImportError) throws(ImportError) {
    guard skipsBad else { throw problem }
    skipped.append(problem)
  }
}
