internal import GraphIR
package import Storage

/// Arrays that mirror a parameter table: the parameters themselves, or an optimiser's moments.
public final class ParameterMemory {
  /// Where each parameter lies.
  public let table: ParameterTable
  package private(set) var floats: AlignedFloats
  /// How often an entry was set through this object; training itself does not count.
  package private(set) var settingCount = 0

  /// Zeros for every entry of a table.
  public init(_ table: ParameterTable) {
    self.table = table
    floats = AlignedFloats(count: table.count)
  }

  /// Parameters at their first values under a seed, without data.
  public convenience init(_ table: ParameterTable, seed: UInt64) {
    self.init(table, seed: seed, exampleCount: 0) { _ in [] }
  }

  /// Parameters at their first values under a seed; the arguments are those of `ParameterTable.initialValues`.
  public convenience init(
    _ table: ParameterTable, seed: UInt64, exampleCount: Int,
    examples: (_ places: [Int]) throws -> [Float]
  ) rethrows {
    self.init(table)
    for index in table.entries.indices {
      self[index] = try table.initialValues(
        index, seed: seed, exampleCount: exampleCount, examples: examples)
    }
  }

  /// The values of one entry, row-major in its declared shape.
  ///
  /// - Precondition: what is written has as many values as the entry.
  public subscript(index: Int) -> [Float] {
    get {
      let range = table.entries[index].range
      return floats.withSpan { span in range.map { span[$0] } }
    }
    set {
      let entry = table.entries[index]
      settingCount += 1
      precondition(
        newValue.count == entry.range.count,
        "\(entry.declaration.name): \(newValue.count) values for \(entry.declaration.shape)")
      floats.withMutableSpan { span in
        for (position, value) in zip(entry.range, newValue) { span[position] = value }
      }
    }
  }

  /// Takes over all values of another memory of the same table.
  public func copy(_ other: ParameterMemory) {
    precondition(table == other.table, "copy between different parameter tables")
    for index in table.entries.indices { self[index] = other[index] }
  }
}
