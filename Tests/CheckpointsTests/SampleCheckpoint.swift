import Checkpoints
import Configuration
import Training

extension Checkpoint {
  /// A small checkpoint whose every value depends on `seed`, which is its step too unless another is given.
  static func sample(_ seed: Int, step: Int? = nil, epoch: Int = 0) throws -> Checkpoint {
    func array(_ name: String, _ shape: [Int], _ offset: Int) -> NamedArray {
      let count = shape.reduce(1, *)
      return NamedArray(
        name: name, shape: shape,
        values: (0..<count).map { Float(seed) + Float($0 + offset) / 1024 })
    }
    // Not in the order of the alphabet, so that the order must be kept.
    let layers = [("encoder.conv1.weight", [4, 3, 2, 2]), ("encoder.conv1.bias", [4])]
    return Checkpoint(
      configuration: try JSONNode.parse(#"{"name": "höhe", "seed": \#(seed)}"#, file: nil),
      environment: Environment(threads: 1, dataScale: Double(seed)),
      snapshot: TrainingSnapshot(
        state: try state(step: step ?? seed, epoch: epoch),
        parameters: layers.map { array($0.0, $0.1, 0) } + [array("posterior.scale", [], 7)],
        states: ["secondMoment", "firstMoment"].enumerated().map { place, name in
          StateArrays(name: name, arrays: layers.map { array($0.0, $0.1, 100 + place) })
        }))
  }

  /// A state after some steps and epochs, of a step each but for the last.
  private static func state(step: Int, epoch: Int) throws -> TrainingState {
    let sums = #"{"exampleCount":0,"gradientNorms":0,"stepCount":0,"sums":[]}"#
    let history = (1...max(1, epoch)).prefix(epoch).map { number in
      """
      {"epoch":\(number),"step":\(number),"isBest":false,"gradientNorm":"nan","learningRate":0.1,\
      "samplesPerSecond":9,"training":{"objective":0.30000000000000004,"reconstruction":-1,"kl":0,\
      "activeUnits":1}}
      """
    }
    return try TrainingState(
      json: """
        {"epoch":\(epoch),"offset":0,"step":\(step),"shards":2,"epochSums":\(sums),"reportSums":\(sums),\
        "epochsSinceBest":0,"plateaus":[],"secondsInSteps":0.1,"epochSeconds":0,\
        "history":[\(history.joined(separator: ","))]}
        """)
  }
}

/// The first place where two checkpoints differ in a bit; nil for none.
func firstDifference(_ a: Checkpoint, _ b: Checkpoint) -> String? {
  firstDifference(StoredCheckpoint(a, isBest: false), StoredCheckpoint(b, isBest: false))
}
