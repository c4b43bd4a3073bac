import GraphIR
import Testing

@Suite struct BuilderTests {
  private func weight(_ name: String, _ shape: Shape) -> ParameterDeclaration {
    ParameterDeclaration(
      name: name, shape: shape, initializer: .constant(0), role: .trained(isWeight: true))
  }

  @Test func equalNodesAreShared() {
    var g = GraphBuilder()
    let x = g.parameter(weight("x", [3]))
    #expect(g.exp(x) == g.exp(x))
    #expect(g.parameter(weight("x", [3])) == x)
    #expect(g.graph.nodes.count == 2)
    var resumed = GraphBuilder(continuing: g.graph)
    #expect(resumed.exp(x) == g.exp(x))
  }

  @Test func eachDrawOfNoiseHasItsOwnStream() {
    var g = GraphBuilder()
    #expect(g.random(.uniform, [3]) != g.random(.uniform, [3]))
    var resumed = GraphBuilder(continuing: g.graph)
    let third = resumed.random(.uniform, [3])
    #expect(resumed.graph[third].op == .random(.uniform, stream: 2, [3]))
    let fourth = resumed.random(.uniform, [3], rows: .numbered(from: 5))
    #expect(resumed.graph[fourth].op == .random(.uniform, stream: 3, rows: .numbered(from: 5), [3]))
    let fifth = resumed.random(.permutation, [3, 2])
    let permutation = Op.random(.permutation, stream: 4, rows: .numbered(from: 0), [3, 2])
    #expect(resumed.graph[fifth].op == permutation)
    #expect(
      fourth != fifth && Op.random(.uniform, stream: 0, [3]).name == "random(uniform, stream: 0)")
    #expect(permutation.name == "random(permutation, stream: 4, rows from 0)")
  }

  @Test func whatChangesNothingEmitsNothing() {
    var g = GraphBuilder()
    let x = g.parameter(weight("x", [2, 3]))
    #expect(g.sum(x, axes: []) == x)
    #expect(g.reshape(x, [2, 3]) == x)
    #expect(g.transpose(x, [0, 1]) == x)
    #expect(g.slice(x, axis: 1, start: 0, count: 3) == x)
    #expect(g.broadcastTrailing(x, to: [2, 3]) == x)
    #expect(g.graph.nodes.count == 1)
  }

  @Test func aSliceBeyondTheEndTraps() async {
    await #expect(processExitsWith: .failure) {
      var g = GraphBuilder()
      let x = g.input("x", [2, 3])
      _ = g.slice(x, axis: 1, start: 1, count: 3)
    }
  }

  @Test func aTransposeOfTooFewAxesTraps() async {
    await #expect(processExitsWith: .failure) {
      var g = GraphBuilder()
      let x = g.input("x", [2, 3])
      _ = g.transpose(x, [0])
    }
  }

  @Test func aParameterDeclaredWithTwoShapesTraps() async {
    await #expect(processExitsWith: .failure) {
      var g = GraphBuilder()
      for shape in [[2], [3]] as [Shape] {
        _ = g.parameter(
          ParameterDeclaration(
            name: "x", shape: shape, initializer: .constant(0), role: .trained(isWeight: true)))
      }
    }
  }
}
