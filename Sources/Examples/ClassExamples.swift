/// One class of several for each example, in memory; graphs see a 1 at its place among zeros, `[C]`.
public final class ClassExamples: FieldSource {
  /// The class of each example, by its place in `names`.
  public let indices: [Int32]
  /// What the classes are called.
  public let names: [String]

  /// Classes of examples.
  ///
  /// - Precondition: every index is that of a name.
  public init(_ indices: [Int32], names: [String]) {
    for (row, index) in indices.enumerated() {
      precondition(
        index >= 0 && index < names.count,
        "ClassExamples: class \(index) of \(names.count) in row \(row)")
    }
    (self.indices, self.names) = (indices, names)
  }

  /// Number of examples.
  public var exampleCount: Int { indices.count }
  /// `[C]`.
  public var exampleShape: [Int] { [names.count] }
  /// The names.
  public var classes: [String]? { names }

  /// Writes a 1 at each example's class, and zeros.
  @unsafe public func gather(
    _ rows: UnsafeBufferPointer<UInt32>, into target: UnsafeMutablePointer<Float>
  ) {
    let size = names.count
    unsafe target.update(repeating: 0, count: rows.count * size)
    for index in rows.indices {
      let row = unsafe Int(rows[index])
      precondition(row < indices.count, "ClassExamples: row \(row) of \(indices.count)")
      unsafe target[index * size + Int(indices[row])] = 1
    }
  }

  /// The same examples with classes in another order, or among more.
  ///
  /// - Returns: nil where an example's class is none of them.
  public func renamed(to names: [String]) -> ClassExamples? {
    if names == self.names { return self }
    let places = Dictionary(names.enumerated().map { ($1, Int32($0)) }) { first, _ in first }
    var moved: [Int32] = []
    moved.reserveCapacity(indices.count)
    for index in indices {
      guard let place = places[self.names[Int(index)]] else { return nil }
      moved.append(place)
    }
    return ClassExamples(moved, names: names)
  }
}
