import Export
import GraphIR
import SwiftProtobuf
import Testing

/// The nodes, constants and declarations of models written from small graphs.
@Suite struct ONNXStructureTests {
  private func written(
    _ outputs: [String] = ["y"], inputs: [String] = ["x"],
    _ build: (inout GraphBuilder) throws -> Void
  ) throws -> ONNXModelProto {
    var builder = GraphBuilder()
    try build(&builder)
    let graph = builder.graph
    try graph.verify()
    let bytes = try onnxModel(
      of: graph,
      parameters: { index in
        (0..<graph.parameters[index].shape.count).map { Float($0) + Float(index) / 8 }
      }, name: "model", inputs: inputs, outputNames: outputs, metadata: [("note", "a test")])
    return try ONNXModelProto(serializedBytes: bytes)
  }

  @Test func convolutionsChainWithoutTransposing() throws {
    let model = try written { g in
      let x = g.input("x", [1, 9, 7, 3])
      let first = ConvolutionGeometry(stride: 2, padding: 1)
      var h = g.convolution(x, weight: g.declared("a.weight", [4, 3, 3, 3]), first)
      h = g.relu(g.add(h, g.declared("a.bias", [4])))
      let second = ConvolutionGeometry(stride: 1, padding: 0)
      h = g.convolution(h, weight: g.declared("b.weight", [5, 4, 2, 2]), second)
      h = g.add(h, g.declared("b.bias", [5]))
      h = g.reshape(g.transpose(h, [0, 3, 1, 2]), [1, 60])
      g.output(
        .result("y"),
        g.dense(h, weight: g.declared("c.weight", [2, 60]), bias: g.declared("c.bias", [2])))
    }
    #expect(model.graph.node.map(\.opType) == ["Conv", "Relu", "Conv", "Reshape", "Gemm"])
    #expect(model.graph.node[0].input == ["x", "a.weight", "a.bias"])
    #expect(model.graph.node[0].integers("strides") == [2, 2])
    #expect(model.graph.node[0].integers("pads") == [1, 1, 1, 1])
    #expect(model.graph.node[4].attribute.map(\.name) == ["transB"])
    #expect(model.graph.node[4].input.suffix(2) == ["c.weight", "c.bias"])
    #expect(model.graph.input[0].extents == ["batch", "3", "9", "7"])
    #expect(model.graph.output[0].extents == ["batch", "2"])
    let weight = try #require(model.graph.initializer.first { $0.name == "b.weight" })
    #expect(weight.dims == [5, 4, 2, 2] && weight.dataType == 1)
    let expected = (0..<80).flatMap { index in
      let bits = (Float(index) + 2 / 8).bitPattern
      return (0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
    }
    #expect(Array(weight.rawData) == expected)
  }

  /// A field beside the data: joined to flat features, and as further channels of every pixel.
  @Test func severalInputsGrowWithTheBatch() throws {
    let model = try written(inputs: ["x", "label"]) { g in
      let (x, label) = (g.input("x", [1, 4, 5, 2]), g.input("label", [1, 3]))
      let spread = g.broadcast(label, to: [1, 4, 5, 3], axes: [0, 3])
      let joined = try g.concatenate([x, spread], axis: 3)
      let flat = g.reshape(g.transpose(joined, [0, 3, 1, 2]), [1, 100])
      let both = try g.concatenate([flat, label], axis: 1)
      g.output(
        .result("y"),
        g.dense(both, weight: g.declared("a.weight", [2, 103]), bias: g.declared("a.bias", [2])))
    }
    #expect(model.graph.input.map(\.name) == ["x", "label"])
    #expect(
      model.graph.input.map(\.extents) == [["batch", "2", "4", "5"], ["batch", "3"]])
    #expect(model.graph.output[0].extents == ["batch", "2"])
    let joins = model.graph.node.filter { $0.opType == "Concat" }
    #expect(joins.count == 2 && joins[0].input.first == "x" && joins[1].input.last == "label")
  }

  @Test func headNamesVersionsAndLayouts() throws {
    let model = try written { g in g.output(.result("y"), g.relu(g.input("x", [1, 2, 2, 1]))) }
    #expect(model.irVersion == 8 && model.producerName == "vae-dp")
    #expect(model.opsetImport.map(\.version) == [17])
    let metadata = model.metadataProps.map { "\($0.key): \($0.value)" }
    #expect(
      metadata == [
        "note: a test", "layout.x: batch, channels, height, width",
        "layout.y: batch, channels, height, width",
      ])
  }

  @Test func transposedConvolutionReachesItsSize() throws {
    let model = try written { g in
      let x = g.input("x", [1, 4, 3, 2])
      let geometry = ConvolutionGeometry(stride: 3, padding: 2)
      let h = g.convolutionTransposed(
        x, weight: g.declared("weight", [2, 5, 4, 4]), geometry, outputPadding: 2)
      g.output(.result("y"), g.add(h, g.declared("bias", [5])))
    }
    #expect(model.graph.node.map(\.opType) == ["ConvTranspose"])
    #expect(model.graph.node[0].integers("output_padding") == [2, 2])
    #expect(model.graph.node[0].input == ["x", "weight", "bias"])
    #expect(model.graph.output[0].extents == ["batch", "5", "11", "8"])
  }

  @Test func channelNumbersAreShapedForChannelsFirst() throws {
    let model = try written { g in
      let x = g.input("x", [1, 4, 4, 3])
      g.output(.result("y"), g.multiply(x, g.declared("scale", [3])))
    }
    #expect(model.graph.node.map(\.opType) == ["Unsqueeze", "Mul"])
    #expect(model.graph.node[0].input[0] == "scale")
    let axes = try #require(
      model.graph.initializer.first { $0.name == model.graph.node[0].input[1] })
    #expect(axes.dims == [2] && Array(axes.rawData.map(Int.init).filter { $0 > 0 }) == [1, 2])
  }

  @Test func transposesWhereChannelsLastMattersOnly() throws {
    let model = try written { g in
      let x = g.relu(g.input("x", [1, 4, 4, 3]))
      g.output(.result("y"), g.reshape(x, [1, 48]))
    }
    #expect(model.graph.node.map(\.opType) == ["Relu", "Transpose", "Reshape"])
    #expect(model.graph.node[1].integers("perm") == [0, 2, 3, 1])
  }

  @Test func biasOfASharedProductIsAddedApart() throws {
    let model = try written(["y", "z"]) { g in
      let x = g.input("x", [1, 3])
      let product = g.matmul(x, g.declared("weight", [3, 2]))
      g.output(.result("y"), g.add(product, g.declared("bias", [2])))
      g.output(.result("z"), product)
    }
    #expect(model.graph.node.map(\.opType) == ["Gemm", "Add"])
    #expect(model.graph.output.map(\.name) == ["y", "z"])
    #expect(model.graph.node[0].output == ["z"] && model.graph.node[1].output == ["y"])
  }

  @Test func repeatsAlongTheBatchWhereNumpyRulesDoNot() throws {
    let model = try written { g in
      let x = g.input("x", [1, 3])
      let own = g.broadcastTrailing(g.declared("own", [2]), to: [1, 2])
      g.output(.result("y"), try g.concatenate([x, own], axis: 1))
    }
    #expect(
      model.graph.node.map(\.opType) == ["Shape", "Concat", "Unsqueeze", "Expand", "Concat"])
    #expect(model.graph.node[0].input == ["x"])
    #expect(model.graph.output[0].extents == ["batch", "5"])
  }

  @Test func exportsWhatIsAskedForInThatOrder() throws {
    let model = try written(["b", "a"]) { g in
      let x = g.input("x", [1, 3])
      g.output(.result("a"), x)
      g.output(.result("b"), g.tanh(x))
      g.output(.result("c"), g.exp(x))
      g.output(.metric("m"), g.sum(x))
    }
    #expect(model.graph.output.map(\.name) == ["b", "a"])
    #expect(model.graph.node.map(\.opType) == ["Tanh", "Identity"])
  }
}
