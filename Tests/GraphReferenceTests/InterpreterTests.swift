import GraphIR
import GraphReference
import GraphTestSupport
import Testing

@Suite struct InterpreterTests {
  @Test func unaryFunctionsHaveTheirKnownValues() {
    let table: [(UnaryFunction, Double, Double)] = [
      (.negate, 2, -2), (.exp, 1, 2.718281828459045), (.log, 10, 2.302585092994046),
      (.log1p, 1e-20, 1e-20), (.softplus, 0, 0.6931471805599453), (.softplus, 800, 800),
      (.softplus, -800, 0), (.softplus, -40, 4.248354255291589e-18),
      (.tanh, 1, 0.7615941559557649), (.sigmoid, 0, 0.5), (.sigmoid, 1, 0.7310585786300049),
      (.sigmoid, -800, 0), (.sigmoid, 800, 1), (.squareRoot, 2, 1.4142135623730951),
      (.square, -3, 9), (.reciprocal, -4, -0.25), (.erf, 1, 0.8427007929497149),
      (.relu, -1, 0), (.relu, 3, 3), (.leakyReLU(slope: 0.25), -2, -0.5),
      (.leakyReLU(slope: 0.25), 2, 2), (.heaviside, 0, 0), (.heaviside, 1e-300, 1),
      (.heaviside, -1, 0), (.floor, 2.5, 2), (.floor, -2.5, -3), (.floor, -3, -3),
    ]
    for (function, x, expected) in table {
      let y = evaluate(vector(x)) { $0.apply(.unary(function), $1[0]) }[0]
      // The C library's functions are good to about an ulp.
      #expect(abs(y - expected) <= 0x1p-51 * abs(expected), "\(function) of \(x) is \(y)")
    }
  }

  @Test func binaryFunctionsHaveTheirKnownValues() {
    let (a, b) = (vector(6, -1, 2), vector(4, -2, 2))
    #expect(evaluate(a, b) { $0.add($1[0], $1[1]) } == vector(10, -3, 4))
    #expect(evaluate(a, b) { $0.subtract($1[0], $1[1]) } == vector(2, 1, 0))
    #expect(evaluate(a, b) { $0.multiply($1[0], $1[1]) } == vector(24, 2, 4))
    #expect(evaluate(a, b) { $0.divide($1[0], $1[1]) } == vector(1.5, 0.5, 1))
    #expect(evaluate(a, b) { $0.maximum($1[0], $1[1]) } == vector(6, -1, 2))
    #expect(evaluate(a, b) { $0.minimum($1[0], $1[1]) } == vector(4, -2, 2))
  }

  @Test func sumsAndRepetitions() {
    let x = counting([2, 3])
    #expect(evaluate(x) { $0.sum($1[0]) } == Tensor(repeating: 21, shape: .scalar))
    #expect(evaluate(x) { $0.sum($1[0], axes: [0]) } == vector(5, 7, 9))
    #expect(evaluate(x) { $0.sum($1[0], axes: [1]) } == vector(6, 15))
    #expect(evaluate(x) { $0.mean($1[0], axes: [1]) } == vector(2, 5))
    #expect(
      evaluate(counting([2, 2, 2])) { $0.sum($1[0], axes: [1]) }
        == Tensor(shape: [2, 2], values: [4, 6, 12, 14]))
    #expect(
      evaluate(vector(1, 2)) { $0.broadcastTrailing($1[0], to: [3, 2]) }
        == Tensor(shape: [3, 2], values: [1, 2, 1, 2, 1, 2]))
    #expect(
      evaluate(vector(1, 2)) { $0.broadcastLeading($1[0], to: [2, 3]) }
        == Tensor(shape: [2, 3], values: [1, 1, 1, 2, 2, 2]))
  }

  @Test func rearrangements() {
    let x = counting([2, 3])
    #expect(
      evaluate(x) { $0.transpose($1[0], [1, 0]) }
        == Tensor(shape: [3, 2], values: [1, 4, 2, 5, 3, 6]))
    #expect(
      evaluate(counting([1, 2, 3])) { $0.transpose($1[0], [2, 0, 1]) }
        == Tensor(shape: [3, 1, 2], values: [1, 4, 2, 5, 3, 6]))
    #expect(
      evaluate(x) { $0.slice($1[0], axis: 1, start: 1, count: 2) }
        == Tensor(shape: [2, 2], values: [2, 3, 5, 6]))
    #expect(
      evaluate(x) { $0.apply(.pad(axis: 1, before: 1, after: 2), $1[0]) }
        == Tensor(shape: [2, 6], values: [0, 1, 2, 3, 0, 0, 0, 4, 5, 6, 0, 0]))
    #expect(
      evaluate(x, Tensor(shape: [2, 1], values: [8, 9])) {
        $0.apply(.concatenate(axis: 1), $1[0], $1[1])
      } == Tensor(shape: [2, 4], values: [1, 2, 3, 8, 4, 5, 6, 9]))
    #expect(
      evaluate(x) { $0.reshape($1[0], [3, 2]) } == counting([3, 2]))
  }

  /// As torch.gather along the first axis and torch.scatter_add.
  @Test func rowsByAnIndex() {
    let x = counting([3, 2])
    let index = Tensor(shape: [4, 2], values: [2, 0, 0, 1, 2, 2, 1, 0])
    #expect(
      evaluate(x, index) { $0.gatherRows($1[0], $1[1]) }
        == Tensor(shape: [4, 2], values: [5, 2, 1, 4, 5, 6, 3, 2]))
    #expect(
      evaluate(counting([4, 2]), index) { $0.apply(.scatterRows(rows: 3), $1[0], $1[1]) }
        == Tensor(shape: [3, 2], values: [3, 2 + 8, 7, 4, 1 + 5, 6]))
  }

  @Test func anIndexThatNamesNoRowMakesNoNumber() {
    let index = Tensor(shape: [5, 1], values: [3, -1, 0.5, .nan, 2])
    let gathered = evaluate(counting([3, 1]), index) { $0.gatherRows($1[0], $1[1]) }
    #expect(gathered.values.map(\.isNaN) == [true, true, true, true, false])
    for row in 0..<4 {
      let one = Tensor(shape: [2, 2], values: [1, index[row], 0, 2])
      let scattered = evaluate(counting([2, 2]), one) {
        $0.apply(.scatterRows(rows: 3), $1[0], $1[1])
      }
      #expect(scattered.values.map(\.isNaN) == [false, true, false, false, false, false])
    }
  }

  @Test func logSumExpNeitherOverflowsNorUnderflows() {
    func logSumExp(_ values: Double...) -> Double {
      evaluate(Tensor(shape: [values.count], values: values)) { $0.logSumExp($1[0], axis: 0) }[0]
    }
    let log2 = 0.6931471805599453
    #expect(logSumExp(1000, 1000) == 1000 + log2)
    #expect(logSumExp(-1000, -1000) == -1000 + log2)
    #expect(logSumExp(-1000, 1000) == 1000)
    // log(1 + 1/e) beside 1000, to two ulp.
    #expect(abs(logSumExp(999, 1000) - 1000.3132616875182) <= 0x1p-42)
    #expect(abs(logSumExp(-1000, -1001) + 999.6867383124818) <= 0x1p-42)
    #expect(logSumExp(-.infinity, 3) == 3)
    #expect(logSumExp(-.infinity, -.infinity) == -.infinity)
    #expect(logSumExp(.infinity, 3) == .infinity)
    #expect(logSumExp(.nan, 3).isNaN)
    #expect(
      evaluate(Tensor(repeating: 0, shape: [2, 4, 3])) { $0.logSumExp($1[0], axis: 1) }
        == Tensor(repeating: 2 * log2, shape: [2, 3]))
  }

  @Test(arguments: [false, true], [false, true])
  func matmulEqualsItsDefinition(left: Bool, right: Bool) {
    let (m, k, n) = (3, 4, 2)
    let a = counting(left ? [k, m] : [m, k])
    let b = counting(right ? [n, k] : [k, n])
    var expected = Tensor(repeating: 0, shape: [m, n])
    for i in 0..<m {
      for j in 0..<n {
        for l in 0..<k {
          expected[i * n + j] += a[left ? l * m + i : i * k + l] * b[right ? j * k + l : l * n + j]
        }
      }
    }
    let product = evaluate(a, b) {
      $0.matmul($1[0], $1[1], transposeLeft: left, transposeRight: right)
    }
    #expect(product == expected)
  }

  /// The result has no randomness of its own: noise comes from outside, by stream.
  @Test func noiseIsGivenFromOutside() {
    var g = GraphBuilder()
    let pair = (g.random(.uniform, [2]), g.random(.standardNormal, [2]))
    g.output(.result("first"), pair.0)
    g.output(.result("second"), pair.1)
    let results = Interpreter(g.graph).run(inputs: [:], parameters: []) {
      distribution, stream, _, shape in
      Tensor(repeating: (distribution == .uniform ? 10 : 20) + Double(stream), shape: shape)
    }
    #expect(results == [Tensor(repeating: 10, shape: [2]), Tensor(repeating: 21, shape: [2])])
  }

  @Test func valuesGiveEveryNode() {
    var g = GraphBuilder()
    let x = g.input("x", [2])
    g.output(.result("y"), g.scale(x, by: 3))
    let values = Interpreter(g.graph).values(
      inputs: ["x": vector(1, 2)], parameters: [], noise: deterministicNoise(seed: 1))
    #expect(values.count == g.graph.nodes.count)
    #expect(values[x.index] == vector(1, 2))
    #expect(values.last == vector(3, 6))
  }

  @Test func aMissingInputTraps() async {
    await #expect(processExitsWith: .failure) {
      var g = GraphBuilder()
      _ = g.input("x", [2])
      _ = Interpreter(g.graph).run(
        inputs: [:], parameters: [], noise: deterministicNoise(seed: 1))
    }
  }

  @Test func anInputOfAnotherShapeTraps() async {
    await #expect(processExitsWith: .failure) {
      var g = GraphBuilder()
      _ = g.input("x", [2])
      _ = Interpreter(g.graph).run(
        inputs: ["x": Tensor(repeating: 0, shape: [1, 2])], parameters: [],
        noise: deterministicNoise(seed: 1))
    }
  }
}
