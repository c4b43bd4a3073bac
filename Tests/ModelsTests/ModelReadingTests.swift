import Configuration
import Models
import Testing

/// What is wrong in a configuration is named with its place, what was expected, and a remedy.
@Suite struct ModelReadingTests {
  struct BadSection: CustomTestStringConvertible, Sendable {
    var json: String
    var exampleShape = [4]
    var message: String
    var testDescription: String { message }
  }

  static let badLayers = [
    BadSection(
      json: section(encoder: #"[{ "dense": { "units": 0 } }]"#),
      message:
        "test.json:1: encoder[0].dense.units: expected an integer from 1 to 16777216, found 0"
    ),
    BadSection(
      json: section(encoder: #"[{ "dense": { "units": 3 } }]"#), exampleShape: [7, 7, 64],
      message: "test.json:1: encoder[0]: expected flat data [features] for \"dense\", "
        + "found [7, 7, 64]; add \"flatten\" before it"),
    BadSection(
      json: section(encoder: #"[{ "conv": { "channels": 2, "kernel": 3 } }]"#),
      message: "test.json:1: encoder[0]: expected images [height, width, channels] for \"conv\", "
        + "found [4]; add { \"reshape\": { \"channels\": …, \"height\": …, \"width\": … } } before it"
    ),
    BadSection(
      json: section(encoder: #"[{ "conv": { "channels": 2, "kernel": 5, "padding": 1 } }]"#),
      exampleShape: [2, 9, 1],
      message:
        "test.json:1: encoder[0]: expected images of at least 3 pixels each way for kernel 5 "
        + "with padding 1, found [2, 9, 1]. Use a smaller kernel, more padding or fewer strides "
        + "before it."),
    BadSection(
      json: section(
        encoder: #"[{ "convTranspose": { "channels": 1, "kernel": 1, "padding": 2 } }]"#),
      exampleShape: [4, 4, 1],
      message: "test.json:1: encoder[0]: expected images that padding 2 leaves something of, "
        + "found [4, 4, 1]. Use less padding or a larger kernel."),
    BadSection(
      json: section(
        encoder: #"[{ "convTranspose": { "channels": 1, "kernel": 3, "outputPadding": 1 } }]"#),
      exampleShape: [4, 4, 1],
      message: "test.json:1: encoder[0].convTranspose.outputPadding: expected an integer below the "
        + "stride, 1, found 1. Use a larger stride or no output padding."),
    BadSection(
      json: section(encoder: #"[{ "reshape": { "channels": 2, "height": 2, "width": 2 } }]"#),
      message:
        "test.json:1: encoder[0]: expected flat data [8] for 2 channels of 2 × 2, found [4]; "
        + "add { \"dense\": { \"units\": 8 } } before it"),
    BadSection(
      json: section(encoder: #"["relu", { "tanh": { "name": "relu1" } }]"#),
      message: "test.json:1: encoder[1].tanh.name: expected a name that no layer before it has, "
        + "found \"relu1\"; give it another \"name\""),
    BadSection(
      json: section(encoder: #"[{ "tanh": { "name": "1st" } }]"#),
      message: "test.json:1: encoder[0].tanh.name: expected a name of letters, digits and _ that "
        + "begins with a letter, found \"1st\""),
    BadSection(
      json: section(encoder: #"["rleu"]"#),
      message:
        "test.json:1: encoder[0]: unknown layer \"rleu\"; did you mean \"relu\"? Valid names: "
        + "batchNorm, condition, conv, convTranspose, dense, dropout, elu, flatten, gelu, leakyReLU, relu, "
        + "reshape, sigmoid, silu, softplus, tanh."),
    BadSection(
      json: section(encoder: #"[{ "dropout": { "probability": 1 } }]"#),
      message: "test.json:1: encoder[0].dropout.probability: expected a number of at least 0 and "
        + "below 1, found 1"),
    BadSection(
      json: section(encoder: #"[{ "dense": { "units": 3, "nmae": "a" } }]"#),
      message:
        "test.json:1: encoder[0].dense.nmae: unknown key; did you mean \"name\"? Valid keys: "
        + "name, units."),
  ]

  static let badModels = [
    BadSection(
      json: section(encoder: #"[{ "conv": { "channels": 2, "kernel": 3 } }]"#),
      exampleShape: [5, 5, 1],
      message: "test.json:1: encoder: expected an encoder that ends in flat data [features], found "
        + "[3, 3, 2] after \"conv1\"; add \"flatten\" at its end"),
    BadSection(
      json: section(decoder: #"["relu", { "dense": { "units": 3 } }]"#),
      message: "test.json:3: decoder[1]: expected a decoder that ends in the examples' shape [4], "
        + "found [3] after \"dense1\""),
    BadSection(
      json: section(encoder: #"["flatten"]"#, decoder: "[]"), exampleShape: [2, 2, 1],
      message: "test.json:3: decoder: expected a decoder that ends in the examples' shape "
        + "[2, 2, 1], found [2] after no layer; end it with { \"dense\": { \"units\": 4 } }, "
        + "{ \"reshape\": { \"channels\": 1, \"height\": 2, \"width\": 2 } }"),
    BadSection(
      json: section(
        posterior: #"{ "deterministic": { "latent": 2 } }"#,
        objective: #"{ "iwae": { "samples": 5 } }"#),
      message:
        "test.json:5: objective: expected a posterior with a density for \"iwae\", found one "
        + "that is a point. Use the objective \"elbo\", or the posterior \"gaussian\"."),
    BadSection(
      json: section(
        posterior: #"{ "planarFlow": { "latent": 2 } }"#,
        objective: #"{ "elbo": { "freeBits": 0.5 } }"#),
      message: "test.json:5: objective: expected a posterior and a prior whose divergence is known "
        + "for each latent for \"freeBits\", found one that is not. Set \"freeBits\" to 0, or use "
        + "the posterior \"gaussian\"."),
    BadSection(
      json: section(objective: #"{ "elbo": { "cycleEpochs": 4 } }"#),
      message: "test.json:5: objective.elbo.warmUpEpochs: expected epochs above 0 and up to "
        + "\"cycleEpochs\", 4.0, found 0 by default. Set \"warmUpEpochs\" to a part of the cycle, "
        + "or leave out \"cycleEpochs\"."),
    BadSection(
      json: section(likelihood: #"{ "gaussian": { "standardDeviation": 0 } }"#),
      message: "test.json:4: likelihood.gaussian.standardDeviation: expected a number from 1e-18 "
        + "to 1e+18, or \"learned\", found 0"),
    // σ² is 0 in float32.
    BadSection(
      json: section(likelihood: #"{ "gaussian": { "standardDeviation": 1e-30 } }"#),
      message: "test.json:4: likelihood.gaussian.standardDeviation: expected a number from 1e-18 "
        + "to 1e+18, or \"learned\", found 1e-30"),
    BadSection(
      json: section(objective: #"{ "elbo": { "beta": 1e308 } }"#),
      message: "test.json:5: objective.elbo.beta: expected a number from 0 to 1000000000000, "
        + "found 1e308"),
    BadSection(
      json: section(objective: #"{ "elbo": { "freeBits": 1e38 } }"#),
      message: "test.json:5: objective.elbo.freeBits: expected a number from 0 to 1000000000000, "
        + "found 1e38"),
    BadSection(
      json: section(encoder: #"[{ "leakyReLU": { "slope": 1e39 } }]"#),
      message: "test.json:1: encoder[0].leakyReLU.slope: expected a number above 0 (in float32), "
        + "found 1e39"),
    BadSection(
      json: section(encoder: #"[{ "dropout": { "probability": 0.99999999999 } }]"#),
      message: "test.json:1: encoder[0].dropout.probability: expected a number of at least 0 and "
        + "below 1 (in float32), found 0.99999999999"),
  ]

  private static func latents(_ json: String) -> String {
    section().replacing(
      #""posterior": { "gaussian": { "latent": 2 } }"#, with: #""latents": \#(json)"#)
  }

  static let badLatents = [
    BadSection(
      json: latents("[]"),
      message: "test.json:2: latents: expected at least one latent variable, found none"),
    BadSection(
      json: latents(
        #"[{ "name": "a", "posterior": { "gaussian": { "latent": 2 } } }, { "name": "a", "posterior": { "gaussian": { "latent": 2 } } }]"#
      ),
      message: "test.json:2: latents[1].name: expected a name that no latent before it has, found "
        + "the string \"a\""),
    BadSection(
      json: latents(#"[{ "name": "a", "posterior": { "ladder": { "latent": 2 } } }]"#),
      message: "test.json:2: latents[0].posterior: expected a prior that depends on the latents "
        + "above, for this posterior, found another. Use the prior \"conditional\", or the posterior "
        + "\"gaussian\"."),
    BadSection(
      json: latents(
        #"[{ "name": "a", "posterior": { "gaussian": { "latent": 2 } }, "prior": { "conditional": { "layers": [] } } }]"#
      ),
      message: "test.json:2: latents[0].prior: expected a prior that needs no latents above, for "
        + "the topmost, found one that does. Use the prior \"standardNormal\" for the first of "
        + "\"latents\"."),
    BadSection(
      json: latents(
        #"[{ "name": "a", "posterior": { "gaussian": { "latent": 2 } } }, { "name": "b", "posterior": { "gaussian": { "latent": 2 } }, "prior": { "vamp": { "components": 3 } } }]"#
      ),
      message: "test.json:2: latents[1].prior: expected an encoder that reads \"x\" alone and no "
        + "latents above, to send pseudo-inputs through, found latents above. Use another prior."),
    BadSection(
      json: latents(
        #"[{ "name": "a", "posterior": { "gaussian": { "latent": 2 } } }, { "name": "b", "posterior": { "gaussian": { "latent": 2 } }, "prior": { "conditional": { "layers": [{ "reshape": { "channels": 2, "height": 1, "width": 1 } }] } } }]"#
      ),
      message: "test.json:2: latents[1].prior: expected layers that end in flat data [features], "
        + "found [1, 1, 2]; add \"flatten\" at their end"),
    BadSection(
      json: latents(
        #"[{ "name": "a", "features": "no", "posterior": { "gaussian": { "latent": 2 } } }]"#),
      message: "test.json:2: latents[0].features: expected the name of a layer of the encoder, "
        + "found the string \"no\". Give the layer a \"name\" and use it here."),
    BadSection(
      json: section(posterior: #"{ "planarFlow": { "latent": 2 } }, "prior": "vamp""#),
      message: "test.json:2: prior: expected a posterior with a variance for each latent, for a "
        + "mixture of posteriors, found another. Use the posterior \"gaussian\"."),
    BadSection(
      json: section(
        encoder: #"["condition"]"#, posterior: #"{ "gaussian": { "latent": 2 } }, "prior": "vamp""#),
      message: "test.json:2: prior: expected an encoder that reads \"x\" alone and no latents "
        + "above, to send pseudo-inputs through, found \"condition1\". Use another prior."),
    BadSection(
      json: section(encoder: #"[{ "condition": { "field": "age" } }]"#),
      message:
        "test.json:1: encoder[0]: expected data with a field \"age\", found the fields \"x\", "
        + "\"label\". Name its dataset at data.fields.age."),
    BadSection(
      json: section(
        posterior: #"{ "planarFlow": { "latent": 2 } }"#, objective: #""tcvae""#),
      message: "test.json:5: objective: expected one latent variable whose posterior and prior "
        + "treat each latent by itself for \"tcvae\", found another. Use the posterior \"gaussian\" "
        + "and the prior \"standardNormal\"."),
    BadSection(
      json: section(
        posterior: #"{ "deterministic": { "latent": 2 } }"#, objective: #""factor""#),
      message: "test.json:5: objective: expected one latent variable with a density for "
        + "\"factor\", found another. Use the posterior \"gaussian\"."),
  ]

  @Test(arguments: badLayers + badModels + badLatents)
  func namesPlaceExpectationAndRemedy(bad: BadSection) throws {
    let error = #expect(throws: ConfigurationError.self) {
      try model(bad.json, exampleShape: bad.exampleShape)
    }
    #expect(error?.description == bad.message)
  }

  @Test func layersOfOneKindAreNumbered() throws {
    let encoder = """
      [{ "conv": { "channels": 8, "kernel": 3, "stride": 2, "padding": 1 } }, "relu",
       { "conv": { "channels": 4, "kernel": 3, "stride": 2, "padding": 1, "name": "last" } }, "relu",
       "flatten", { "dense": { "units": 6 } }]
      """
    let decoder =
      #"["flatten", { "dense": { "units": 169 } }, "#
      + #"{ "reshape": { "channels": 1, "height": 13, "width": 13 } }]"#
    let read = try model(section(encoder: encoder, decoder: decoder), exampleShape: [13, 13, 1])
    #expect(
      read.encoder.layers.map(\.name) == ["conv1", "relu1", "last", "relu2", "flatten1", "dense1"])
    #expect(
      read.encoder.layers.map(\.kind) == ["conv", "relu", "conv", "relu", "flatten", "dense"])
    #expect(
      read.encoder.layers.map(\.outputShape) == [
        [7, 7, 8], [7, 7, 8], [4, 4, 4], [4, 4, 4], [64], [6],
      ])
    #expect(read.decoder.layers.map(\.inputShape) == [[2], [2], [169]])
  }

  /// A prior's layers read fields, and need rows, as those of encoder and decoder do.
  @Test(arguments: [(samples: 1, needed: 2), (samples: 2, needed: 1)])
  func aPriorsLayersAreTheModelsToo(samples: Int, needed: Int) throws {
    let latents = """
      [{ "name": "a", "posterior": { "gaussian": { "latent": 2 } } },
       { "name": "b", "posterior": { "gaussian": { "latent": 2 } },
         "prior": { "conditional": { "layers": ["condition", "batchNorm"] } } }]
      """
    let json = Self.latents(latents).replacing(
      #""objective": "elbo""#, with: #""objective": { "iwae": { "samples": \#(samples) } }"#)
    let read = try model(json, exampleShape: [4])
    #expect(read.samplesPerExample == samples && read.fieldNames == ["x", "label"])
    #expect(read.fewestRows.count == needed)
    #expect(needed == 1 || read.fewestRows.layer == "latents.b.prior.batchNorm1")
  }

  @Test func resolvedSectionReadsAsItself() throws {
    let json = section(
      encoder: #"[{ "dense": { "units": 3, "name": "wide" } }, "relu", "leakyReLU"]"#,
      likelihood: #""gaussian""#)
    let first = try model(json, exampleShape: [4])
    let resolved = """
      {"encoder":[{"dense":{"name":"wide","units":3}},"relu",{"leakyReLU":{"slope":0.01}}],\
      "posterior":{"gaussian":{"latent":2}},"prior":"standardNormal",\
      "decoder":[{"dense":{"units":4}}],"likelihood":{"gaussian":{"standardDeviation":1}},\
      "objective":{"elbo":{"beta":1,"warmUpEpochs":0,"cycleEpochs":null,"freeBits":0,\
      "over":"minibatch"}}}
      """
    #expect(first.resolved.text(pretty: false) == resolved)
    #expect(try Model(reading: first.resolved, exampleShape: [4]).resolved == first.resolved)
  }
}
