import Export
import GraphIR
import SwiftProtobuf
import Testing

/// Every operation of inference has a translation, and what has none says so.
@Suite struct ONNXOperationTests {
  private static let unaryCases: [(UnaryFunction, [String])] = [
    (.negate, ["Neg"]), (.exp, ["Exp"]), (.log, ["Log"]), (.log1p, ["Add", "Log"]),
    (.softplus, ["Softplus"]), (.tanh, ["Tanh"]), (.sigmoid, ["Sigmoid"]),
    (.squareRoot, ["Sqrt"]), (.square, ["Mul"]), (.reciprocal, ["Reciprocal"]), (.erf, ["Erf"]),
    (.relu, ["Relu"]), (.leakyReLU(slope: 0.1), ["LeakyRelu"]), (.heaviside, ["Greater", "Cast"]),
    (.floor, ["Floor"]),
  ]
  private static let binaryCases: [(BinaryFunction, String)] = [
    (.add, "Add"), (.subtract, "Sub"), (.multiply, "Mul"), (.divide, "Div"), (.maximum, "Max"),
    (.minimum, "Min"),
  ]

  private func operations(
    of shape: Shape = [1, 6], _ build: (inout GraphBuilder, Value) throws -> Value
  ) throws -> [String] {
    var g = GraphBuilder()
    let x = g.input("x", shape)
    let y = try build(&g, x)
    g.output(.result("y"), y)
    let graph = g.graph
    let bytes = try onnxModel(
      of: graph, parameters: { [Float](repeating: 1, count: graph.parameters[$0].shape.count) },
      name: "model", inputs: ["x"], outputNames: ["y"], metadata: [])
    return try ONNXModelProto(serializedBytes: bytes).graph.node.map(\.opType)
  }

  @Test(arguments: unaryCases) func unary(_ function: UnaryFunction, _ expected: [String]) throws {
    #expect(try operations { g, x in g.apply(.unary(function), x) } == expected)
  }

  @Test(arguments: binaryCases) func binary(_ function: BinaryFunction, _ expected: String) throws {
    #expect(
      try operations { g, x in g.apply(.binary(function), x, g.exp(x)) } == ["Exp", expected])
  }

  @Test func reductions() throws {
    #expect(try operations { g, x in g.sumPerExample(x) } == ["ReduceSum"])
    #expect(try operations { g, x in g.logSumExp(x, axis: 1) } == ["ReduceLogSumExp"])
    let repeated = try operations { g, x in
      g.sum(g.broadcast(x, to: [1, 4, 6], axes: [0, 2]), axes: [1])
    }
    #expect(repeated == ["Mul"])
  }

  @Test func rearrangements() throws {
    #expect(try operations { g, x in g.reshape(x, [1, 2, 3]) } == ["Reshape"])
    #expect(
      try operations { g, x in g.transpose(g.reshape(x, [1, 2, 3]), [0, 2, 1]) }
        == ["Reshape", "Transpose"])
    #expect(try operations { g, x in g.slice(x, axis: 1, start: 1, count: 2) } == ["Slice"])
    #expect(try operations { g, x in g.apply(.pad(axis: 1, before: 1, after: 2), x) } == ["Pad"])
    #expect(try operations { g, x in try g.concatenate([x, x], axis: 1) } == ["Concat"])
    #expect(
      try operations { g, x in g.broadcast(x, to: [1, 4, 6], axes: [0, 2]) } == [
        "Unsqueeze", "Expand",
      ])
    #expect(try operations { g, x in g.stopGradient(g.exp(x)) } == ["Exp"])
    #expect(try operations { g, x in g.reshape(x, [1, 1, 1, 6]) } == ["Unsqueeze"])
  }

  @Test func products() throws {
    #expect(try operations { g, x in g.matmul(x, g.declared("w", [6, 2])) } == ["Gemm"])
    let left = try operations { g, x in
      g.matmul(g.transpose(x, [1, 0]), g.declared("w", [6, 2]), transposeLeft: true)
    }
    #expect(left == ["Gemm"])
  }

  @Test func noiseIsRefused() {
    #expect { try operations { g, x in g.add(x, g.random(.standardNormal, [1, 6])) } } throws: {
      "\($0)".contains("found noise")
    }
  }

  @Test func rowsByAnIndex() throws {
    let names = try operations { g, x in
      g.gatherRows(g.declared("rows", [4, 6]), g.heaviside(x))
    }
    #expect(names == ["Greater", "Cast", "Cast", "GatherElements"])
    #expect { try operations { g, x in g.gatherRows(x, g.constant(0, [3, 6])) } } throws: {
      "\($0)".contains("found one along the batch")
    }
    #expect {
      try operations { g, x in g.apply(.scatterRows(rows: 2), x, g.heaviside(x)) }
    } throws: {
      "\($0)".contains("an operation of training")
    }
  }

  @Test func weightGradientIsRefused() {
    let op = Op.convolutionWeightGradient(
      ConvolutionGeometry(stride: 1, padding: 0), kernelHeight: 2, kernelWidth: 2)
    #expect {
      try operations(of: [1, 3, 3, 1]) { g, x in
        g.apply(
          op, x, g.slice(g.slice(x, axis: 1, start: 0, count: 2), axis: 2, start: 0, count: 2))
      }
    } throws: {
      "\($0)".contains("an operation of training")
    }
  }

  @Test func operationAlongTheBatchIsRefused() {
    #expect { try operations { g, x in g.sum(x, axes: [0]) } } throws: {
      "\($0)".contains("found one along the batch")
    }
    #expect { try operations { g, x in try g.concatenate([x, x], axis: 0) } } throws: {
      "\($0)".contains("found one along the batch")
    }
  }

  @Test func collidingNamesAreRefused() {
    #expect {
      try operations { g, x in
        g.multiply(x, g.declared("y", [6]))
      }
    } throws: {
      "\($0)".contains("found y twice")
    }
  }

  @Test func secondInputIsRefused() {
    #expect { try operations { g, x in g.add(x, g.input("other", [1, 6])) } } throws: {
      "\($0)".contains("input other")
    }
  }

  @Test func missingOutputAndWrongParameterAreNamed() {
    var g = GraphBuilder()
    let x = g.input("x", [1, 3])
    g.output(.result("y"), g.multiply(x, g.declared("w", [3])))
    let graph = g.graph
    func error(_ output: String, _ values: [Float]) -> String {
      do throws(ExportError) {
        _ = try onnxModel(
          of: graph, parameters: { _ in values }, name: "model", inputs: ["x"],
          outputNames: [output], metadata: [])
        return ""
      } catch {
        return error.description
      }
    }
    #expect(error("z", [1, 2, 3]).hasPrefix("output z: expected one of [\"y\"]"))
    #expect(error("y", [1, 2]).hasPrefix("parameter w: expected 3 numbers for the shape [3]"))
    #expect(error("y", [1, 2, 3]).isEmpty)
  }
}
