import Configuration
import Measuring
import Models
import Training

/// A small model to measure.
func smallWorkload(_ training: String = "{}") throws -> Workload {
  let node = try JSONNode.parse(
    """
    { "encoder": ["flatten", { "dense": { "units": 8 } }, "relu"],
      "posterior": { "gaussian": { "latent": 2 } },
      "decoder": [{ "dense": { "units": 36 } },
        { "reshape": { "channels": 1, "height": 6, "width": 6 } }],
      "likelihood": "bernoulli" }
    """, file: nil)
  let model = try Model(reading: node)
  let settings = try TrainingConfiguration(reading: JSONNode.parse(training, file: nil))
  return Workload(name: "small", model: model, training: settings)
}
