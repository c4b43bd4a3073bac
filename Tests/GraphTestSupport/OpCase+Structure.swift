internal import GraphIR

extension OpCase {
  /// Sums, repetitions and rearrangements.
  static let structureCases: [OpCase] =
    sumCases + logSumExpCases + broadcastCases + transposeCases + sliceCases + indexCases
    + collectiveCases

  /// Rows found by an index, which is whole numbers of 0...3 from two inputs.
  private static let indexCases: [OpCase] = [
    OpCase("gatherRows of a matrix", [[4, 3]]) { $0.gatherRows($1[0], rows([6, 3], in: &$0)) },
    OpCase("gatherRows of a vector", [[4]]) { $0.gatherRows($1[0], rows([7], in: &$0)) },
    OpCase("gatherRows of rank 3", [[5, 2, 3]]) {
      $0.gatherRows($1[0], rows([2, 2, 3], in: &$0))
    },
    OpCase("gatherRows of what is no dense array", [[3, 5]]) {
      let x = $0.slice($0.transpose($1[0], [1, 0]), axis: 0, start: 1, count: 4)
      return $0.gatherRows(x, $0.transpose(rows([3, 6], in: &$0), [1, 0]))
    },
    OpCase("gatherRows of one row again and again", [[4, 3]]) {
      $0.gatherRows($0.square($1[0]), $0.constant(2, [5, 3]))
    },
    OpCase("scatterRows", [[6, 3]]) {
      $0.apply(.scatterRows(rows: 4), $1[0], rows([6, 3], in: &$0))
    },
    OpCase("scatterRows of rank 3 to more rows than there are", [[2, 2, 3]]) {
      $0.apply(.scatterRows(rows: 5), $0.tanh($1[0]), rows([2, 2, 3], in: &$0))
    },
    OpCase("rows gathered, and scattered to where they were", [[4, 3]]) {
      let index = rows([6, 3], in: &$0)
      let seen = $0.exp($0.gatherRows($1[0], index))
      return $0.multiply($0.apply(.scatterRows(rows: 4), seen, index), $1[0])
    },
  ]

  private static func rows(_ shape: Shape, in g: inout GraphBuilder) -> Value {
    let twos = g.scale(g.heaviside(g.input("twos", shape)), by: 2)
    return g.add(twos, g.heaviside(g.input("ones", shape)))
  }

  /// A minibatch of one shard, which meets itself alone.
  private static let collectiveCases: [OpCase] = [
    OpCase("all-reduce of a shard alone", [[3, 4]]) { $0.allReduce($1[0]) },
    OpCase("all-gather of a shard alone", [[3, 4]]) { $0.allGather($1[0], count: 3) },
    OpCase("reduce-scatter of a shard alone", [[3, 4]]) {
      $0.apply(.reduceScatter(rows: 3), $1[0])
    },
    OpCase("all-reduce between functions", [[3, 4]]) {
      $0.multiply($0.tanh($0.allReduce($0.square($1[0]))), $1[0])
    },
  ]

  private static let sumCases: [OpCase] =
    [[0], [1], [2], [3], [0, 1], [1, 2], [2, 3], [0, 3], [0, 2], [1, 2, 3], [0, 1, 2]].map {
      (axes: [Int]) in
      OpCase("sum of rank 4 over \(axes)", [[2, 3, 5, 4]]) { $0.sum($1[0], axes: axes) }
    } + [
      OpCase("sum of rank 3 over all axes", [[2, 3, 5]]) { $0.sum($1[0]) },
      OpCase("sum of a vector", [[17]]) { $0.sum($1[0]) },
      OpCase("sum over axes named out of order", [[2, 3, 5]]) {
        $0.apply(.sum(axes: [2, 0]), $1[0])
      },
      OpCase("sum over an axis of extent 1", [[3, 1, 5]]) { $0.sum($1[0], axes: [1]) },
      OpCase("sum of a sum", [[2, 3, 5]]) { $0.sum($0.sum($1[0], axes: [1]), axes: [1]) },
      OpCase("sum over no axis", [[2, 3]]) { $0.apply(.sum(axes: []), $1[0]) },
      OpCase("sum per example", [[3, 2, 2, 5]]) { $0.sumPerExample($1[0]) },
    ]

  private static let logSumExpCases: [OpCase] =
    [0, 1, 2].map { axis in
      OpCase("logSumExp of rank 3 over axis \(axis)", [[3, 5, 4]]) {
        $0.logSumExp($1[0], axis: axis)
      }
    } + [
      OpCase("logSumExp of a vector", [[7]]) { $0.logSumExp($1[0], axis: 0) },
      OpCase("logSumExp over one element", [[3, 1]]) { $0.logSumExp($1[0], axis: 1) },
      OpCase("logSumExp of large numbers", [[3, 5]], in: 900...905) {
        $0.logSumExp($1[0], axis: 1)
      },
      OpCase("logSumExp of large negative numbers", [[3, 5]], in: -905 ... -900) {
        $0.logSumExp($1[0], axis: 1)
      },
    ]

  private static let broadcastCases: [OpCase] = [
    OpCase("broadcast of a scalar", [.scalar]) { $0.broadcast($1[0], to: [3, 5], axes: []) },
    OpCase("broadcast along leading axes", [[5]]) { $0.broadcastTrailing($1[0], to: [2, 3, 5]) },
    OpCase("broadcast along trailing axes", [[3]]) { $0.broadcastLeading($1[0], to: [3, 5, 2]) },
    OpCase("broadcast along a middle axis", [[3, 5]]) {
      $0.broadcast($1[0], to: [3, 4, 5], axes: [0, 2])
    },
    OpCase("broadcast around a middle axis", [[3]]) {
      $0.broadcast($1[0], to: [2, 3, 5], axes: [1])
    },
    OpCase("broadcast of a broadcast", [[3]]) {
      $0.broadcast(
        $0.broadcast($1[0], to: [2, 3], axes: [1]), to: [2, 4, 3, 5], axes: [0, 2])
    },
    OpCase("reshape", [[3, 4, 5]]) { $0.reshape($1[0], [6, 10]) },
    OpCase("reshape to and from a scalar", [[1, 1]]) {
      $0.reshape($0.square($0.reshape($1[0], .scalar)), [1])
    },
    OpCase("reshape of a reshape", [[3, 4]]) { $0.reshape($0.reshape($1[0], [12]), [2, 6]) },
  ]

  private static let transposeCases: [OpCase] =
    [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]].map { order in
      OpCase("transpose of rank 3 to \(order)", [[2, 3, 5]]) { $0.transpose($1[0], order) }
    }
    + [[0, 3, 1, 2], [0, 2, 3, 1], [3, 1, 0, 2], [1, 0, 3, 2], [3, 2, 1, 0]].map { order in
      OpCase("transpose of rank 4 to \(order)", [[2, 3, 5, 4]]) { $0.transpose($1[0], order) }
    } + [
      OpCase("transpose of a matrix", [[3, 7]]) { $0.transpose($1[0], [1, 0]) },
      OpCase("transpose of a transpose", [[2, 3, 5]]) {
        $0.transpose($0.transpose($1[0], [1, 2, 0]), [1, 0, 2])
      },
      OpCase("transpose there and back", [[2, 3, 5]]) {
        $0.transpose($0.transpose($1[0], [1, 2, 0]), [2, 0, 1])
      },
    ]

  private static let sliceCases: [OpCase] = [
    OpCase("slice at the start of the first axis", [[5, 3]]) {
      $0.slice($1[0], axis: 0, start: 0, count: 2)
    },
    OpCase("slice in a middle axis", [[2, 7, 3]]) { $0.slice($1[0], axis: 1, start: 3, count: 2) },
    OpCase("slice at the end of the last axis", [[2, 3, 5]]) {
      $0.slice($1[0], axis: 2, start: 4, count: 1)
    },
    OpCase("two slices that overlap", [[3, 7]]) {
      $0.multiply(
        $0.slice($1[0], axis: 1, start: 0, count: 5), $0.slice($1[0], axis: 1, start: 2, count: 5))
    },
    OpCase("pad of the first axis", [[2, 3]]) {
      $0.apply(.pad(axis: 0, before: 2, after: 1), $1[0])
    },
    OpCase("pad of a middle axis", [[2, 3, 5]]) {
      $0.apply(.pad(axis: 1, before: 0, after: 3), $1[0])
    },
    OpCase("pad of the last axis", [[2, 3]]) {
      $0.apply(.pad(axis: 1, before: 1, after: 0), $1[0])
    },
    OpCase("pad by nothing", [[2, 3]]) { $0.apply(.pad(axis: 1, before: 0, after: 0), $1[0]) },
    OpCase("concatenate along the first axis", [[2, 3], [1, 3], [4, 3]]) {
      concatenate($1, axis: 0, in: &$0)
    },
    OpCase("concatenate along a middle axis", [[2, 1, 3], [2, 4, 3]]) {
      concatenate($1, axis: 1, in: &$0)
    },
    OpCase("concatenate along the last axis", [[2, 2, 3], [2, 2, 1]]) {
      concatenate($1, axis: 2, in: &$0)
    },
    OpCase("concatenate one operand with itself", [[2, 3]]) {
      concatenate([$1[0], $1[0]], axis: 1, in: &$0)
    },
    OpCase("concatenate a single operand", [[2, 3]]) { concatenate($1, axis: 0, in: &$0) },
  ]
}
