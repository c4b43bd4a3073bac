import EngineTestSupport
import Execution
import GraphIR
import GraphPasses
import GraphTestSupport
import KernelCalls
import Kernels
import Models
import Testing

/// What the training graphs of the shipped configurations become.
@Suite struct ShippedPlanTests {
  @Test func everyConfigurationIsHere() throws {
    #expect(try ShippedConfiguration.fileNames() == ShippedConfiguration.all.map(\.name).sorted())
  }

  @Test(arguments: ShippedConfiguration.all)
  func memoryIsSafe(configuration: ShippedConfiguration) throws {
    let program = try configuration.trainingGraph().lowered()
    let plan = program.planMemory()
    #expect(program.violations(of: plan) == [])
  }

  /// Kernel calls and loops of one shard's step, as they were when this was last looked at. A pass
  /// that gets better makes a number smaller: then write the new one here. A larger one needs a reason.
  static let budget: [String: (calls: Int, loops: Int)] = [
    "autoencoder": (22, 10), "conv": (69, 24), "conv-mnist": (43, 16), "flow": (95, 74),
    "iwae": (44, 22), "keras-784-128-2": (24, 9), "mlp": (24, 9), "vamp": (53, 28),
    "ladder": (53, 19),
    "conditional": (28, 13), "tcvae": (46, 23), "factor": (42, 13),
  ]

  @Test(arguments: ShippedConfiguration.all)
  func callsPerStepAreAsRecorded(configuration: ShippedConfiguration) throws {
    let program = try configuration.trainingGraph().lowered()
    let recorded = try #require(ShippedPlanTests.budget[configuration.name])
    #expect(program.calls.count == recorded.calls)
    #expect(program.loops.count == recorded.loops)
  }

  /// Of the largest layer three arrays of 16.8 MB live at once, of each other layer two: what its
  /// convolution gives and what its activation gives.
  @Test func batchNormalizationKeepsTwoArraysPerLayer() throws {
    let graph = try ShippedConfiguration.batchNormalized.model().trainingGraph(rows: 32)
      .differentiated(of: .metric("objective"))
    let plan = Plan(graph, table: ParameterTable(graph.parameters))
    #expect(plan.arenaCount * 4 <= 88_000_000)
  }

  @Test(arguments: ShippedConfiguration.all)
  func noProductRunsOnAReferenceKernel(configuration: ShippedConfiguration) throws {
    let graph = try configuration.trainingGraph()
    let plan = Plan(graph, table: ParameterTable(graph.parameters))
    let sequence = try KernelSequence(
      plan.calls, arenaCount: plan.arenaCount, workspace: Workspace())
    let names = sequence.implementations.compactMap(\.self)
    #expect(names.count >= 8)
    for name in names { #expect(!name.isEmpty && !name.contains("ref")) }
  }

  @Test(arguments: ShippedConfiguration.all)
  func biasesAndReLUsAreInTheProducts(configuration: ShippedConfiguration) throws {
    let program = try configuration.trainingGraph().lowered()
    let model = try configuration.model()
    let layers = model.encoder.layers + model.decoder.layers
    let epilogues = program.calls.map(\.epilogue)
    // A transposed convolution is a product without epilogue, so the ReLU after it is a loop's.
    let reluAfterTransposed = zip(layers, layers.dropFirst()).count {
      $0.kind == "convTranspose" && $1.kind == "relu"
    }
    let heads = configuration.name == "autoencoder" ? 1 : 2
    // Pseudo-inputs through encoder and heads; a prior's layer and heads, and another posterior's; a discriminator.
    let further = ["vamp": 3, "ladder": 5, "factor": 4][configuration.name] ?? 0
    let products = layers.count { ["dense", "conv"].contains($0.kind) } + heads + further
    #expect(epilogues.count { $0.bias != nil } == products)
    let again = configuration.name == "vamp" ? 1 : 0
    #expect(
      epilogues.count { $0.slope == 0 }
        == layers.count { $0.kind == "relu" } - reluAfterTransposed + again)
    #expect(program.loops.count { $0.has(.unary(.relu)) } == reluAfterTransposed)
  }

  @Test(arguments: ShippedConfiguration.all)
  func theFirstLayerHasNoInputGradient(configuration: ShippedConfiguration) throws {
    let program = try configuration.trainingGraph().lowered()
    let convolutions = try configuration.model().encoder.layers.count { $0.kind == "conv" }
    let gradients = program.calls.compactMap { call -> Convolution? in
      if case .convolution(.inputGradient, let shape) = call.kernel { shape } else { nil }
    }
    #expect(gradients.allSatisfy { $0.inChannels > 1 })
    // Of the encoder's convolutions all but the first pass a gradient on.
    let decoder = try configuration.model().decoder.layers.count { $0.kind == "convTranspose" }
    // The decoder's own are transposed convolutions; the last, to one channel, is a matmul and its col2im.
    #expect(gradients.count == max(0, convolutions - 1) + max(0, decoder - 1))
    let last = program.calls.count { call in
      if case .matmulCol2im(let shape) = call.kernel { shape.inChannels == 1 } else { false }
    }
    #expect(last == min(1, decoder))
  }

  /// softplus(y) of log p(x|z) and sigmoid(y) of its derivative read y once.
  @Test(arguments: ShippedConfiguration.all.filter { !["autoencoder", "iwae"].contains($0.name) })
  func likelihoodAndItsGradientShareALoop(configuration: ShippedConfiguration) throws {
    let loops = try configuration.trainingGraph().lowered().loops
    #expect(loops.count { $0.has(.unary(.softplus)) && $0.has(.unary(.sigmoid)) } >= 1)
  }
}

extension ShippedConfiguration {
  /// The differentiated and simplified training graph of half a minibatch of 128.
  fileprivate func trainingGraph() throws -> Graph {
    try model().trainingGraph(rows: 64).differentiated(of: .metric("objective")).simplified()
  }
}

extension Program {
  fileprivate var loops: [Loop] {
    calls.compactMap { if case .loop(let loop) = $0.kernel { loop } else { nil } }
  }
}

extension Loop {
  fileprivate func has(_ op: Op) -> Bool {
    functions.contains { function in
      if case .unary(let name, _) = function { op == .unary(name) } else { false }
    }
  }
}
