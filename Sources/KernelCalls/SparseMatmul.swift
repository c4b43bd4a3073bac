/// A product of which one operand is the run's examples by their non-zeros, x `[rows, inputs]`.
package struct SparseMatmul: Hashable, Sendable {
  /// Which of a dense layer's products.
  package enum Kind: Hashable, Sendable {
    /// w `[outputs, inputs]` → y = x · wᵀ
    case forward
    /// y's gradient `[rows, outputs]` → w's gradient `[outputs, inputs]`
    case weightGradient
  }

  package var kind: Kind
  package var rows: Int, inputs: Int, outputs: Int
  package var sparsity: RowSparsity

  /// The extents of a product, and how many non-zeros rows have.
  package init(_ kind: Kind, rows: Int, inputs: Int, outputs: Int, _ sparsity: RowSparsity) {
    self.kind = kind
    (self.rows, self.inputs, self.outputs) = (rows, inputs, outputs)
    self.sparsity = sparsity
  }
}

/// How many non-zeros the rows of a source have, where only those are there.
public struct RowSparsity: Sendable, Hashable {
  /// The most of any row: what memory is made for.
  public var mostPerRow: Int
  /// The mean over the rows: what operations are counted by.
  public var meanPerRow: Double

  /// Counts of non-zeros.
  public init(mostPerRow: Int, meanPerRow: Double) {
    self.mostPerRow = mostPerRow
    self.meanPerRow = meanPerRow
  }
}
