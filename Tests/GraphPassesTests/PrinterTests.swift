import GraphIR
import Testing

@Suite struct PrinterTests {
  @Test func smallGraph() {
    var g = GraphBuilder()
    let image = g.input("x", [2, 4, 4, 1])
    let w = g.parameter(
      ParameterDeclaration(
        name: "conv1.weight", shape: [3, 1, 3, 3], initializer: .uniform(bound: 0.3),
        role: .trained(isWeight: true)))
    let y = g.convolution(image, weight: w, ConvolutionGeometry(stride: 2, padding: 1))
    let hidden = g.leakyReLU(y, slope: 0.2)
    let part = g.slice(hidden, axis: 1, start: 1, count: 1)
    let noise = g.random(.standardNormal, [2, 1, 2, 3])
    let flat = g.reshape(g.add(part, noise), [2, 6])
    let objective = g.sum(g.matmul(flat, flat, transposeRight: true))
    g.output(.result("hidden"), hidden)
    g.output(.metric("objective"), objective)
    #expect(
      g.graph.description == """
        %0 [2, 4, 4, 1] = input(x)
        %1 [3, 1, 3, 3] = parameter(0) conv1.weight
        %2 [2, 2, 2, 3] = convolution(stride: 2×2, padding: 1×1) %0 %1
        %3 [2, 2, 2, 3] = leakyReLU(slope: 0.2) %2
        %4 [2, 1, 2, 3] = slice(axis: 1, 1..<2) %3
        %5 [2, 1, 2, 3] = random(standardNormal, stream: 0)
        %6 [2, 1, 2, 3] = add %4 %5
        %7 [2, 6] = reshape %6
        %8 [2, 2] = matmul(NT) %7 %7
        %9 [] = sum(axes: [0, 1]) %8
        result("hidden") ← %3
        metric("objective") ← %9
        """)
  }
}
