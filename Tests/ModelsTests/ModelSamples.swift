import Configuration
import Examples
import GraphIR
import GraphReference
import Models

/// Reads a model section written as JSON text.
func model(_ json: String, exampleShape: [Int]) throws -> Model {
  try Model(
    reading: JSONNode.parse(json, file: "test.json"),
    fields: [
      Field(name: "x", shape: exampleShape),
      Field(name: "label", shape: [3], classes: ["a", "b", "c"]),
    ])
}

/// A model section with these choices; what is not given is small and plain, for examples `[4]`.
func section(
  encoder: String = #"[{ "dense": { "units": 5 } }, "tanh"]"#,
  posterior: String = #"{ "gaussian": { "latent": 2 } }"#,
  decoder: String = #"[{ "dense": { "units": 4 } }]"#,
  likelihood: String = #""bernoulli""#, objective: String = #""elbo""#
) -> String {
  """
  { "encoder": \(encoder),
    "posterior": \(posterior),
    "decoder": \(decoder),
    "likelihood": \(likelihood),
    "objective": \(objective) }
  """
}

/// A point in parameter space that is nothing special: statistics are positive, as variances are.
func arbitraryParameters(_ graph: Graph, seed: UInt64) -> [Tensor] {
  var random = SplitMix64(seed: seed)
  return graph.parameters.map {
    random.tensor($0.shape, in: $0.isTrained ? -0.7...0.7 : 0.5...1.5)
  }
}

/// Data between 0 and 1, and 0.7 for every scalar but the number of examples, for the inputs of a graph.
func arbitraryInputs(_ graph: Graph, seed: UInt64) -> [String: Tensor] {
  var random = SplitMix64(seed: seed)
  var inputs: [String: Tensor] = [:]
  for (name, shape) in graph.inputs where inputs[name] == nil {
    inputs[name] =
      shape == .scalar
      ? Tensor(repeating: name == "exampleCount" ? 70 : 0.7, shape: .scalar)
      : random.tensor(shape, in: 0...1)
  }
  return inputs
}

/// Runs a graph on the interpreter and finds its outputs by role.
struct Evaluation {
  private var results: [Output.Role: Tensor] = [:]

  init(_ graph: Graph, inputs: [String: Tensor], parameters: [Tensor], noiseSeed: UInt64 = 1) {
    let values = Interpreter(graph).run(
      inputs: inputs, parameters: parameters, noise: deterministicNoise(seed: noiseSeed))
    for (output, value) in zip(graph.outputs, values) { results[output.role] = value }
  }

  /// The output with this role; traps where there is none.
  subscript(role: Output.Role) -> Tensor { results[role]! }

  /// A scalar metric.
  func metric(_ name: String) -> Double { self[.metric(name)][0] }
}

/// Whether two finite numbers agree to 10⁻¹² of the smaller: sums of hundreds of terms in Double,
/// in any order, differ by less.
func agree(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 1e-12 * max(1, min(abs(a), abs(b))) }
