package import Execution
package import GraphIR
package import GraphPasses
package import KernelCalls
package import Kernels

/// A piece of the parameter table: what one worker sums, checks and updates at a time. Pieces depend on
/// the table and on which gradients are deferred alone, so what is summed over one is the same for any
/// number of workers.
package struct Slice: Sendable, Hashable {
  /// Where its gradient comes from.
  package enum Source: Sendable, Hashable {
    /// The gradient buffers, from this float on.
    case buffers(offset: Int)
    /// A tile of a gradient that is made over the whole minibatch, by its position in the plan.
    case product(Int, WeightTile)
  }

  /// Place in the table of the parameter that it is part of.
  package var parameter: Int
  /// Its first float in the table.
  package var start: Int
  /// Runs of floats that touch, how long each is and how far from one's start to the next's.
  package var runs: Int, length: Int, stride: Int
  /// Who changes it.
  package var role: ParameterDeclaration.Role
  /// Group of parameters that it belongs to: which update it gets.
  package var group: Int
  /// Where its gradient comes from.
  package var source: Source

  /// Floats that it has.
  package var count: Int { runs * length }

  /// Whether its gradient is a product of its own.
  package var isTile: Bool { if case .product = source { true } else { false } }

  /// What the update of it costs, roughly: bytes that it moves, and its product in the same measure.
  package func cost(examples: Int, shards: Int) -> Int {
    switch source {
    case .buffers: count * (6 + shards)
    case .product: count * (6 + examples / 5)
    }
  }
}

extension Plan {
  /// The table cut into slices, of at most `length` floats where they come from gradient buffers; each lies within one
  /// parameter.
  ///
  /// - Parameter groups: the group of each parameter; one group where empty.
  package func slices(
    of table: ParameterTable, groups: [Int] = [], length: Int = 8192
  ) -> [Slice] {
    table.entries.enumerated().flatMap { index, entry in
      let group = groups.isEmpty ? 0 : groups[index]
      if let product = weightGradients.firstIndex(where: { $0.parameter == index }) {
        return tiles(of: product, index, entry, group)
      }
      guard let offset = outputLayout.parameterOffsets[index] else { return [] }
      return stride(from: 0, to: entry.range.count, by: length).map { start in
        Slice(
          parameter: index, start: entry.offset + start, runs: 1,
          length: min(length, entry.range.count - start), stride: 0, role: entry.declaration.role,
          group: group, source: .buffers(offset: offset + start))
      }
    }
  }

  private func tiles(
    of product: Int, _ parameter: Int, _ entry: ParameterTable.Entry, _ group: Int
  ) -> [Slice] {
    let columns = weightGradients[product].columns
    return weightGradients[product].tiles.map { tile in
      let isWhole = tile.columns == columns
      return Slice(
        parameter: parameter, start: entry.offset + tile.row * columns + tile.column,
        runs: isWhole ? 1 : tile.rows, length: isWhole ? tile.rows * columns : tile.columns,
        stride: columns, role: entry.declaration.role, group: group,
        source: .product(product, tile))
    }
  }
}

extension Plan {
  /// Room for the non-zeros of a minibatch by columns; nil where no gradient is made from them.
  package func sparseColumns(shards: Int, rowsPerShard: Int, _ sparsity: RowSparsity?)
    -> CSCMinibatch?
  {
    guard let sparsity, let gradient = weightGradients.first(where: { $0.b == nil }) else {
      return nil
    }
    return CSCMinibatch(
      shards: shards, rowsPerShard: rowsPerShard, mostPerRow: sparsity.mostPerRow,
      inputs: gradient.columns)
  }
}

extension WeightGradient {
  /// The pieces in which it is made.
  package var tiles: [WeightTile] {
    b == nil
      ? WeightTile.sparseTiles(rows: rows, columns: columns)
      : WeightTile.tiles(rows: rows, columns: columns)
  }
}
