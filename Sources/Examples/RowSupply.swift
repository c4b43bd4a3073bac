/// Who brings rows of a file into memory, to fixed places.
package protocol RowSupply: AnyObject, Sendable {
  /// Returns once these rows are in memory.
  ///
  /// - Throws: what reading threw.
  func load(_ rows: Span<UInt32>) throws
  /// Whether these rows are in memory.
  func hasLoaded(_ rows: Span<UInt32>) -> Bool
  /// Returns once nothing is read that has to be read before what was learnt is saved.
  ///
  /// - Throws: what reading threw.
  func finish() throws
  /// As of `FieldSource`.
  func expect(_ order: [UInt32], from start: Int)
  /// As of `FieldSource`.
  var window: ShuffleWindow? { get }
  /// Ends reading in the background, for there is nobody left who wants the rows.
  func cancel()
}

extension RowSupply {
  package func expect(_ order: [UInt32], from start: Int) {}
  package var window: ShuffleWindow? { nil }
}
