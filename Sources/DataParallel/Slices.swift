package import Execution
package import GraphIR

/// The parameter table cut into pieces for the second stage; which depends on the table alone, so
/// partial sums over a slice are the same for any number of workers.
package struct Slice: Sendable, Hashable {
  /// Floats of the table.
  package var range: Range<Int>
  /// Who changes them.
  package var role: ParameterDeclaration.Role
}

extension ParameterTable {
  /// Slices of at most `length` floats, each within one parameter.
  package func slices(length: Int = 8192) -> [Slice] {
    entries.flatMap { entry in
      stride(from: entry.range.lowerBound, to: entry.range.upperBound, by: length).map { start in
        Slice(
          range: start..<min(start + length, entry.range.upperBound), role: entry.declaration.role)
      }
    }
  }
}

/// Part `index` of `count` items cut into `parts` runs that differ by at most one item.
package func part(_ index: Int, of parts: Int, count: Int) -> Range<Int> {
  index * count / parts..<(index + 1) * count / parts
}
