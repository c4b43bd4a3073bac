import Configuration
import DataParallel
import GraphIR
import GraphRuns
import Optimizers
import Testing
import Training

@Suite struct TrainingConfigurationTests {
  private func read(_ json: String) throws -> TrainingConfiguration {
    try TrainingConfiguration(reading: JSONNode.parse(json, file: "a.json"))
  }

  @Test func everyKeyHasADefault() throws {
    let configuration = try read("{}")
    #expect(
      configuration.resolved.text(pretty: false) == """
        {"batchSize":128,"shards":null,"epochs":10,"steps":null,"seed":0,"precision":"float32",\
        "optimizer":{"adam":{"learningRate":0.001,"beta1":0.9,"beta2":0.999,"epsilon":1e-08}},\
        "schedule":"constant","clipNorm":null,"l1":0,"l2":0,"groups":[],"average":"none",\
        "onNonFinite":"stop","earlyStopping":null,"reportEverySteps":50}
        """)
    #expect(configuration.epochs == 10)
    #expect(configuration.earlyStopping == nil)
    #expect(configuration.average == nil && configuration.stateCount == 2)
  }

  @Test func averagesAreRead() throws {
    let exponential = try read(#"{ "average": "exponential", "optimizer": "sgd" }"#)
    #expect(exponential.average?.decay == 0.999 && exponential.average?.fromEpoch == 0)
    #expect(exponential.stateCount == 1)
    let equal = try read(#"{ "average": { "equal": { "fromEpoch": 7.5 } } }"#)
    #expect(equal.average?.decay == nil && equal.average?.fromEpoch == 7.5)
    #expect(equal.stateCount == 3)
    #expect(throws: ConfigurationError.self) { try read(#"{ "average": "exponentail" }"#) }
    #expect(throws: ConfigurationError.self) {
      try read(#"{ "average": { "exponential": { "decay": 1 } } }"#)
    }
  }

  /// What needs the gradients' norms has a stage more.
  @Test func normsAreNeededWhereTheyAreUsed() throws {
    #expect(try !read("{}").needsNorms)
    #expect(try read(#"{ "clipNorm": 1 }"#).needsNorms)
    #expect(try read(#"{ "optimizer": "adamNormGrad" }"#).needsNorms)
  }

  @Test func resolvedReadsBackToItself() throws {
    let configuration = try read(
      """
      { "batchSize": 7, "shards": 3, "steps": 11, "seed": 5, "clipNorm": 2, "l1": 0.5, "l2": 0.25,
        "optimizer": { "sgd": { "momentum": 0.5 } }, "reportEverySteps": 9,
        "schedule": { "cosine": { "warmUpEpochs": 1 } }, "earlyStopping": { "patience": 2 } }
      """)
    #expect(configuration.epochs == nil)
    #expect(configuration.steps == 11)
    #expect(configuration.earlyStopping?.patience == 2)
    #expect(configuration.earlyStopping?.minimumImprovement == 0)
    #expect(configuration.earlyStopping?.restoreBest == true)
    let again = try TrainingConfiguration(reading: configuration.resolved)
    #expect(again.resolved == configuration.resolved)
    #expect(again.epochs == nil)
  }

  /// What `auto` stands for is recorded, so that a resume on another machine sees a change.
  @Test func autoIsRecordedAsWhatItStandsFor() throws {
    let expected: Precision = Precision.bfloat16.isAvailable ? .bfloat16 : .float32
    let configuration = try read("{ \"precision\": \"auto\" }")
    #expect(configuration.precision == expected)
    #expect(configuration.resolved["precision"] == .string(expected.rawValue))
    try configuration.checkPrecision()
  }

  /// Reading takes bfloat16 anywhere, so that a trained model can be used; training does not.
  @Test func bfloat16NeedsAProcessorThatHasIt() throws {
    let configuration = try read("{ \"precision\": \"bfloat16\" }")
    #expect(configuration.precision == .bfloat16)
    #expect(configuration.resolved["precision"] == .string("bfloat16"))
    let error = #expect(throws: ConfigurationError.self) {
      try configuration.checkPrecision { $0 == .float32 }
    }
    #expect(
      error?.description == """
        training.precision: expected a precision that this processor has, found bfloat16, which \
        needs AVX512-BF16 or AMX-BF16. Set training.precision to float32, or to auto for a new run.
        """)
    try read("{}").checkPrecision { $0 == .float32 }
  }

  @Test(arguments: [
    (
      "{ \"batchsize\": 4 }",
      """
      a.json:1: batchsize: unknown key; did you mean "batchSize"? Valid keys: average, batchSize, \
      clipNorm, earlyStopping, epochs, groups, l1, l2, onNonFinite, optimizer, precision, reportEverySteps, schedule, seed, \
      shards, steps.
      """
    ),
    (
      "{ \"batchSize\": 0 }",
      "a.json:1: batchSize: expected an integer from 1 to 1000000, found 0"
    ),
    (
      "{ \"batchSize\": \"many\" }",
      "a.json:1: batchSize: expected an integer from 1 to 1000000, found the string \"many\""
    ),
    (
      "{ \"shards\": 1.5 }",
      "a.json:1: shards: expected an integer from 1 to 4096, or null, found 1.5"
    ),
    (
      "{ \"epochs\": null }",
      "a.json:1: epochs: expected a number of epochs or steps, found neither. "
        + "Set training.epochs or training.steps."
    ),
    (
      "{ \"epochs\": 0 }",
      "a.json:1: epochs: expected an integer from 1 to 1000000000, or null, found 0"
    ),
    ("{ \"seed\": -1 }", "a.json:1: seed: expected an integer of at least 0, found -1"),
    (
      "{ \"precision\": \"float16\" }",
      "a.json:1: precision: unknown word \"float16\"; did you mean \"bfloat16\"? "
        + "Valid words: auto, bfloat16, float32."
    ),
    (
      "{ \"clipNorm\": 0 }", "a.json:1: clipNorm: expected a number above 0, or null, found 0"
    ),
    ("{ \"l2\": -1 }", "a.json:1: l2: expected a number from 0 to 1000000, found -1"),
    (
      "{ \"optimizer\": \"adma\" }",
      "a.json:1: optimizer: unknown optimizer \"adma\"; did you mean \"adam\"? "
        + "Valid names: adagrad, adam, adamNormGrad, adamW, adamax, amsgrad, lion, nadam, rmsprop, sgd."
    ),
    (
      "{ \"optimizer\": { \"adam\": { \"rate\": 1 } } }",
      "a.json:1: optimizer.adam.rate: unknown key. "
        + "Valid keys: beta1, beta2, epsilon, learningRate."
    ),
    (
      "{ \"optimizer\": { \"adam\": { \"learningRate\": 0 } } }",
      "a.json:1: optimizer.adam.learningRate: expected a number above 0, found 0"
    ),
    (
      "{ \"optimizer\": { \"adam\": { \"beta1\": 1 } } }",
      "a.json:1: optimizer.adam.beta1: expected a number of at least 0 and below 1, found 1"
    ),
    (
      "{ \"optimizer\": { \"sgd\": { \"nesterov\": \"true\" } } }",
      "a.json:1: optimizer.sgd.nesterov: expected true or false, found the string \"true\". "
        + "Write true without quotes."
    ),
    (
      "{ \"schedule\": { \"step\": { \"everyEpochs\": 0 } } }",
      "a.json:1: schedule.step.everyEpochs: expected an integer from 1 to 1000000, found 0"
    ),
    (
      "{ \"schedule\": { \"cosine\": {}, \"step\": {} } }",
      "a.json:1: schedule: expected a schedule: a word, or an object with one key, "
        + "found an object with the keys cosine, step"
    ),
    (
      "{\n\"earlyStopping\": {\n\"patience\": -1 } }",
      "a.json:3: earlyStopping.patience: expected an integer from 0 to 1000000, found -1"
    ),
    (
      "{ \"reportEverySteps\": 0 }",
      "a.json:1: reportEverySteps: expected an integer from 1 to 1000000, found 0"
    ),
  ])
  func errorsNameKeyExpectedAndFound(json: String, message: String) throws {
    let error = #expect(throws: ConfigurationError.self) { _ = try read(json) }
    #expect(error?.description == message)
  }

  /// Steps are computed in float32: a rate of 1e-50 would be 0, and a β₁ so near to 1 would divide by 0.
  @Test(arguments: [
    (#""optimizer": { "sgd": { "learningRate": 1e39 } }"#, "learningRate"),
    (#""optimizer": { "adam": { "learningRate": 1e-50 } }"#, "learningRate"),
    (#""optimizer": { "adam": { "epsilon": 1e-50 } }"#, "epsilon"),
    (#""optimizer": { "adam": { "beta1": 0.99999999999 } }"#, "beta1"),
    (#""optimizer": { "sgd": { "momentum": 0.99999999999 } }"#, "momentum"),
    (#""clipNorm": 1e300"#, "clipNorm"), (#""clipNorm": 1e-300"#, "clipNorm"),
  ])
  func whatFloat32CannotHoldIsRefused(member: String, key: String) throws {
    let error = #expect(throws: ConfigurationError.self) { try read("{ \(member) }") }
    #expect(error?.code == .outOfRange)
    #expect(error?.description.contains("\(key): expected a number ") == true, "\(member)")
    #expect(error?.description.contains("(in float32), found ") == true, "\(member)")
  }
}
