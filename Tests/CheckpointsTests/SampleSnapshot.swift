import Training

extension TrainingSnapshot {
  /// A small snapshot whose every value depends on `seed`.
  static func sample(_ seed: Int) -> TrainingSnapshot {
    func array(_ name: String, _ shape: [Int], _ offset: Int) -> NamedArray {
      let count = shape.reduce(1, *)
      return NamedArray(
        name: name, shape: shape,
        values: (0..<count).map { Float(seed) + Float($0 + offset) / 1024 })
    }
    // Not in the order of the alphabet, so that the order must be kept.
    let layers = [("encoder.conv1.weight", [4, 3, 2, 2]), ("encoder.conv1.bias", [4])]
    return TrainingSnapshot(
      configuration: #"{"name": "höhe", "seed": \#(seed)}"#, state: #"{"step": \#(seed)}"#,
      environment: "{}",
      parameters: layers.map { array($0.0, $0.1, 0) } + [array("posterior.scale", [], 7)],
      states: ["secondMoment", "firstMoment"].enumerated().map { place, name in
        (name: name, arrays: layers.map { array($0.0, $0.1, 100 + place) })
      })
  }
}
