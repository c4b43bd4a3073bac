import GraphIR
import GraphReference
import GraphTestSupport
import Models
import Testing

/// Whole models with each choice on each axis: derivative by differences against the graph's.
@Suite struct GradientTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var name: String
    var json: String
    var exampleShape = [4]
    var testDescription: String { name }
  }

  static let layers =
    [
      #""relu""#, #"{ "leakyReLU": { "slope": 0.2 } }"#, #"{ "elu": { "alpha": 0.5 } }"#,
      #""gelu""#,
      #""silu""#, #""tanh""#, #""sigmoid""#, #""softplus""#, #""batchNorm""#,
      #"{ "dropout": { "probability": 0.3 } }"#, #""flatten""#,
    ].map {
      Case(
        name: $0,
        json: section(
          encoder: #"[{ "dense": { "units": 5 } }, \#($0)]"#,
          decoder: #"[{ "dense": { "units": 6 } }, \#($0), { "dense": { "units": 4 } }]"#))
    }

  static let images = [
    Case(
      name: "convolutions of odd size",
      json: section(
        encoder: """
          [{ "conv": { "channels": 3, "kernel": 3, "stride": 2, "padding": 1 } }, "batchNorm",
           "silu", "flatten"]
          """,
        decoder: """
          [{ "dense": { "units": 12 } }, { "reshape": { "channels": 3, "height": 2, "width": 2 } },
           { "convTranspose": { "channels": 3, "kernel": 3, "stride": 2, "padding": 1,
                                "outputPadding": 1 } }, "batchNorm", "tanh",
           { "convTranspose": { "channels": 2, "kernel": 2 } }]
          """),
      exampleShape: [5, 5, 2])
  ]

  static let others =
    [
      (#"{ "gaussian": { "latent": 2 } }"#, #"{ "elbo": { "freeBits": 0.1 } }"#),
      (#"{ "gaussian": { "latent": 2 } }"#, #"{ "iwae": { "samples": 3 } }"#),
      (#"{ "planarFlow": { "latent": 3, "maps": 3 } }"#, #""elbo""#),
      (#"{ "planarFlow": { "latent": 1, "maps": 1 } }"#, #"{ "iwae": { "samples": 4 } }"#),
      (#"{ "deterministic": { "latent": 2 } }"#, #""elbo""#),
    ].flatMap { posterior, objective in
      [
        #""bernoulli""#, #"{ "gaussian": { "standardDeviation": 0.5 } }"#,
        #"{ "gaussian": { "standardDeviation": "learned" } }"#, #""squaredError""#,
        #""multinomial""#,
      ].map { likelihood in
        Case(
          name: "\(posterior), \(likelihood), \(objective)",
          json: section(
            encoder:
              #"[{ "dense": { "units": 5 } }, "tanh", { "dropout": { "probability": 0.2 } }]"#,
            posterior: posterior,
            decoder: #"[{ "dense": { "units": 6 } }, "batchNorm", { "dropout": { "probability": "#
              + #"0.2 } }, "silu", { "dense": { "units": 4 } }]"#,
            likelihood: likelihood, objective: objective))
      }
    }

  /// Priors, several latents, a field beside the data, and objectives that look at others or have their own parameters.
  static let kinds = [
    (
      "vamp",
      section(
        encoder:
          #"[{ "dense": { "units": 5 } }, "batchNorm", "tanh", { "dropout": { "probability": 0.2 } }]"#,
        posterior: #"{ "gaussian": { "latent": 2 } }, "prior": { "vamp": { "components": 4 } }"#)
    ),
    (
      "ladder",
      section(
        encoder:
          #"[{ "dense": { "units": 5 } }, { "tanh": { "name": "low" } }, { "dense": { "units": 3 } }, "tanh"]"#
      ).replacing(
        #""posterior": { "gaussian": { "latent": 2 } }"#,
        with: """
          "latents": [
            { "name": "top", "posterior": { "gaussian": { "latent": 3 } } },
            { "name": "bottom", "features": "low", "posterior": { "ladder": { "latent": 2 } },
              "prior": { "conditional": { "layers": [{ "dense": { "units": 4 } }, "tanh"] } } }]
          """)
    ),
    (
      "conditional",
      section(
        encoder: #"["condition", { "dense": { "units": 5 } }, "tanh"]"#,
        decoder: #"["condition", { "dense": { "units": 4 } }]"#)
    ),
    (
      "conditional image",
      section(
        encoder:
          #"[{ "reshape": { "channels": 1, "height": 2, "width": 2 } }, "condition", { "conv": { "channels": 2, "kernel": 2 } }, "flatten"]"#,
        objective: #"{ "iwae": { "samples": 2 } }"#)
    ),
    ("tcvae", section(objective: #"{ "tcvae": { "beta": 3, "gamma": 2 } }"#)),
    ("stratified tcvae", section(objective: #"{ "tcvae": { "estimator": "stratified" } }"#)),
    ("factor", section(objective: #"{ "factor": { "units": 4, "hiddenLayers": 2 } }"#)),
  ].map { Case(name: $0, json: $1) }

  @Test(arguments: layers + images + others + kinds)
  func derivativeMatchesDifferences(model sample: Case) throws {
    let graph = try model(sample.json, exampleShape: sample.exampleShape).trainingGraph(rows: 3)
    try graph.verify()
    let check = gradientCheck(
      graph: graph, inputs: arbitraryInputs(graph, seed: 11),
      parameters: arbitraryParameters(graph, seed: 12), noise: deterministicNoise(seed: 13),
      seed: 14)
    #expect(check.relativeError <= 1e-7, "\(check)")
    #expect(check.analytic != 0)
  }
}
