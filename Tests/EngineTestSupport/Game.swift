public import DataParallel
public import Examples
internal import Execution
internal import GraphIR
internal import GraphPasses
internal import Optimizers

/// An autoencoder against a critic with a gradient penalty: two players, three groups and a frozen parameter; the same
/// as in `Fixtures/game/make_game.py`.
public struct Game {
  /// Rows of a minibatch, and how many of these there are.
  public static let (rows, steps) = (12, 20)
  /// The engine.
  public let engine: StepEngine
  /// Its examples.
  public let source: ExampleSource
  private let order = (0..<UInt32(rows * steps)).map { $0 }

  private static let weights: [(name: String, shape: Shape)] = [
    ("model.dense1.weight", [6, 16]), ("model.dense1.bias", [6]),
    ("model.dense2.weight", [16, 6]), ("model.dense2.bias", [16]),
    ("critic.conv1.weight", [3, 1, 3, 3]), ("critic.conv1.bias", [3]),
    ("critic.dense1.weight", [5, 48]), ("critic.dense1.bias", [5]),
    ("critic.dense2.weight", [1, 5]), ("critic.dense2.bias", [1]),
  ]
  private static let frozen = "critic.dense2.bias"

  /// A game before its first step.
  ///
  /// - Parameter scale: what the mixing number e of an example is multiplied by.
  public init(shards: Int, threads: Int, scale: Float = 1) {
    let declarations = Self.weights.map {
      ParameterDeclaration(
        name: $0.name, shape: $0.shape, initializer: .constant(0), role: .trained(isWeight: false))
    }
    let table = ParameterTable(declarations)
    let memory = ParameterMemory(table)
    var first = 0
    for (index, entry) in table.entries.enumerated() {
      memory[index] = (first..<first + entry.range.count).map {
        (Float($0 * 7919 % 1024) / 512 - 1) * 0.4
      }
      first += entry.range.count
    }
    func player(_ loss: String, _ prefix: String) -> Player {
      let family = PlanFamily(
        table: table, fieldNames: ["x"], scalarNames: [], smallestDeferred: 64
      ) { rows in
        Self.graph(loss, rows: rows, declarations).differentiated(of: .metric(loss)) {
          declarations[$0].name.hasPrefix(prefix) && declarations[$0].name != Self.frozen
        }
      }
      return Player(loss: loss, family: family)
    }
    engine = StepEngine(
      [player("objective", "model."), player("critic", "critic.")],
      groups: declarations.map {
        $0.name.hasPrefix("model.") ? 0 : $0.name.hasPrefix("critic.conv1") ? 1 : 2
      },
      parameters: memory, stateCount: 2, batchSize: Self.rows, shardCount: shards,
      threadCount: threads)
    let rows = (0..<Self.rows * Self.steps).flatMap { n in
      (0..<17).map { k in
        let value = Float((n * 7919 + k * 104_729 + 31 * n * k) % 4096) / 2048 - 1
        return k == 16 ? (value / 2 + 0.5) * scale : value
      }
    }
    source = ExampleSource(DenseExamples(rows, shape: [17]))
  }

  /// What step `count`, from 1, does to each group.
  public static func updates(_ count: Int) -> [GroupUpdate] {
    [
      GroupUpdate(rule: .adam(rate: 0.01, count: count), clipNorm: 0.2),
      GroupUpdate(rule: .sgd(rate: 0.01, momentum: 0.5)),
      GroupUpdate(rule: .adam(rate: 0.002, beta1: 0.5, beta2: 0.9, count: count)),
    ]
  }

  /// Makes step `count`, from 1.
  public func step(_ count: Int, updates: [GroupUpdate]? = nil) throws {
    let begin = (count - 1) % Self.steps * Self.rows
    _ = try engine.step(
      order, begin..<begin + Self.rows, from: source, scalars: [], noise: (0, UInt32(count)),
      updates: updates ?? Self.updates(count))
  }

  /// All numbers that a step may change.
  public var values: [[Float]] {
    ([engine.parameters] + engine.states).flatMap { memory in
      memory.table.entries.indices.map { memory[$0] }
    }
  }

  private static func graph(
    _ loss: String, rows: Int, _ declarations: [ParameterDeclaration]
  ) -> Graph {
    var g = GraphBuilder()
    let w = Dictionary(
      uniqueKeysWithValues: declarations.map { ($0.name, g.parameter($0)) })
    func dense(_ x: Value, _ name: String, _ g: inout GraphBuilder) -> Value {
      g.dense(x, weight: w[name + ".weight"]!, bias: w[name + ".bias"]!)
    }
    func reconstructed(_ v: Value, _ g: inout GraphBuilder) -> Value {
      let hidden = g.tanh(dense(v, "model.dense1", &g))
      return dense(hidden, "model.dense2", &g)
    }
    func criticised(_ v: Value, _ g: inout GraphBuilder) -> Value {
      let image = g.reshape(v, [rows, 4, 4, 1])
      let seen = g.convolution(
        image, weight: w["critic.conv1.weight"]!, ConvolutionGeometry(stride: 1, padding: 1))
      let features = g.leakyReLU(g.add(seen, w["critic.conv1.bias"]!), slope: 0.2)
      let hidden = g.softplus(dense(g.reshape(features, [rows, 48]), "critic.dense1", &g))
      return dense(hidden, "critic.dense2", &g)
    }
    let x = g.input("x", [rows, 17])
    let v = g.slice(x, axis: 1, start: 0, count: 16)
    let r = reconstructed(v, &g)
    if loss == "objective" {
      let misfit = g.scale(g.sum(g.square(g.subtract(v, r))), by: 0.5)
      let verdict = g.scale(g.sum(criticised(r, &g)), by: -0.5)
      g.output(.metric(loss), g.add(misfit, verdict))
      return g.graph
    }
    let fake = g.stopGradient(r)
    let e = g.broadcast(
      g.reshape(g.slice(x, axis: 1, start: 16, count: 1), [rows]), to: [rows, 16], axes: [0])
    let mixed = g.add(fake, g.multiply(e, g.subtract(v, fake)))
    // A row's value depends on the row alone, so that the gradient of their sum has the rows' own.
    let slope = g.gradients(of: g.sum(criticised(mixed, &g)), withRespectTo: [mixed])[0]
    let length = g.squareRoot(g.sum(g.square(slope), axes: [1]))
    let penalty = g.scale(g.sum(g.square(g.add(length, -1))), by: 10)
    let difference = g.subtract(g.sum(criticised(fake, &g)), g.sum(criticised(v, &g)))
    g.output(.metric(loss), g.add(difference, penalty))
    return g.graph
  }
}
