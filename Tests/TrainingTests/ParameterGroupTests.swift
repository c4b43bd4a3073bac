import Configuration
import Models
import Testing
import Training

/// Parameters that are trained in their own way.
@Suite struct ParameterGroupTests {
  private static let model = """
    { "encoder": [{ "dense": { "units": 9 } }, "batchNorm", "relu"],
      "posterior": { "gaussian": { "latent": 3 } },
      "decoder": [{ "dense": { "units": 8 } }, "tanh", { "dense": { "units": 12 } }],
      "likelihood": "bernoulli" }
    """

  private func sample(_ groups: String, _ more: String = "") -> TrainingSample {
    TrainingSample(
      "groups", model: Self.model,
      training: """
        { "batchSize": 4, "epochs": 1, "seed": 3, "optimizer": { "adam": { "learningRate": 0.01 } }\(more),
          "groups": \(groups) }
        """)
  }

  private func trained(_ sample: TrainingSample) throws -> Trainer {
    let trainer = sample.trainer(threads: 2)
    try trainer.run()
    return trainer
  }

  /// Names of parameters and statistics that a training has changed.
  private func changed(_ sample: TrainingSample) throws -> Set<String> {
    let start = bits(sample.trainer(threads: 1).parameters)
    let end = bits(try trained(sample).parameters)
    return Set(start.keys.filter { start[$0] != end[$0] })
  }

  @Test func frozenParametersKeepTheirValues() throws {
    let all = try changed(sample("[]"))
    #expect(
      all.contains("encoder.dense1.weight") && all.contains("encoder.batchNorm1.running_mean"))
    let frozen = try changed(
      sample(#"[{ "parameters": ["encoder.*", "decoder.dense2.bias"], "frozen": true }]"#))
    #expect(frozen == all.filter { !$0.hasPrefix("encoder.") && $0 != "decoder.dense2.bias" })
  }

  /// The same settings under another name are the same training.
  @Test func aGroupTakesOverTheSectionsSettings() throws {
    let plain = sample("[]", #", "l2": 0.1, "schedule": "cosine""#)
    let grouped = sample(
      #"[{ "parameters": ["encoder.*"] }, { "parameters": ["decoder.*"] }]"#,
      #", "l2": 0.1, "schedule": "cosine""#)
    #expect(bits(try trained(plain).parameters) == bits(try trained(grouped).parameters))
    // And a key of the group's own counts.
    let slower = sample(
      #"[{ "parameters": ["encoder.*"], "optimizer": { "adam": { "learningRate": 0.001 } } }]"#)
    let (a, b) = (bits(try trained(sample("[]")).parameters), bits(try trained(slower).parameters))
    #expect(a["encoder.dense1.weight"] != b["encoder.dense1.weight"])
  }

  /// A group is clipped by its own gradient alone.
  @Test func clippingLooksAtTheGroup() throws {
    let settings = #""optimizer": { "sgd": { "learningRate": 1 } }"#
    func moved(_ clip: String) throws -> [String: Float] {
      let sample = TrainingSample(
        "clipped", model: Self.model,
        training: """
          { "batchSize": 4, "steps": 1, "seed": 3, \(settings),
            "groups": [{ "parameters": ["decoder.*"]\(clip) }] }
          """)
      let (start, end) = (sample.trainer(threads: 1).parameters, try trained(sample).parameters)
      var lengths: [String: Float] = [:]
      for (a, b) in zip(start, end) where !a.name.contains("running") {
        let group = a.name.hasPrefix("decoder.") ? "decoder" : "rest"
        lengths[group, default: 0] += zip(a.values, b.values).reduce(0) {
          $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
        }
      }
      return lengths.mapValues { $0.squareRoot() }
    }
    let (free, clipped) = (try moved(""), try moved(#", "clipNorm": 0.01"#))
    #expect(free["decoder"]! > 0.02)
    #expect(abs(clipped["decoder"]! - 0.01) < 1e-5)
    #expect(abs(clipped["rest"]! - free["rest"]!) < 1e-6)
  }

  /// States have the names of their optimisers, and hold the parameters that these train.
  @Test func aSnapshotHasEachOptimizersStates() throws {
    let trainer = try trained(
      sample(
        """
        [{ "parameters": ["decoder.*"], "optimizer": { "sgd": { "momentum": 0.9 } } },
         { "parameters": ["posterior.*"], "frozen": true }]
        """))
    let snapshot = trainer.snapshot()
    #expect(snapshot.states.map(\.name) == ["firstMoment", "secondMoment", "momentum"])
    let first = try #require(snapshot.arrays(ofState: "firstMoment"))
    let momentum = try #require(snapshot.arrays(ofState: "momentum"))
    #expect(!first.isEmpty && first.allSatisfy { $0.name.hasPrefix("encoder.") })
    #expect(momentum.count == 4 && momentum.allSatisfy { $0.name.hasPrefix("decoder.") })
  }

  @Test(arguments: [
    (#"[{ "parameters": ["encodr.*"] }]"#, "encodr.*"),
    (
      #"[{ "parameters": ["encoder.*"] }, { "parameters": ["*.bias"] }]"#,
      "encoder.dense1.bias, which is in groups[0]"
    ),
    (#"[{ "parameters": ["*"], "frozen": true }]"#, "groups that freeze all"),
  ])
  func groupsThatDoNotFitAreRefused(groups: String, found: String) throws {
    let sample = sample(groups)
    let error = #expect(throws: ConfigurationError.self) {
      try sample.configuration.checkGroups(for: sample.model)
    }
    #expect("\(error!)".contains(found), "\(error!)")
    #expect("\(error!)".contains("training.groups["), "\(error!)")
  }

  @Test(arguments: [
    #"[{ "parameters": ["*"], "frozen": true, "l2": 1 }]"#, #"[{ "frozen": true }]"#,
    #"[{ "parameters": "encoder.*" }]"#, #"[{ "parameters": ["*"], "rate": 1 }]"#,
  ])
  func groupsThatSayTooMuchOrTooLittleAreRefused(groups: String) {
    #expect(throws: ConfigurationError.self) {
      try TrainingConfiguration(reading: JSONNode.parse("{ \"groups\": \(groups) }", file: nil))
    }
  }

  @Test func namesFitPatternsAsAWhole() {
    for (pattern, name, fits) in [
      ("a.*", "a.b.c", true), ("a.*", "ba.c", false), ("*.w", "a.b.w", true),
      ("a*b*c", "a1b2c", true),
      ("a*b*c", "a1b2d", false), ("a", "a", true), ("a", "ab", false), ("*", "", true),
    ] {
      #expect(ParameterGroup.matches(pattern)(name) == fits, "\(pattern) \(name)")
    }
  }
}
