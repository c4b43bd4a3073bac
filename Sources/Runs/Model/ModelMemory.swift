internal import Execution
internal import Host
public import Models
public import Training

/// Throws where parameters and, for a training, what is kept of them take more memory than there is, or one layer's
/// results for one example do.
///
/// Lower bounds that cost nothing: other activations and gradients come on top.
///
/// - Throws: `RunError.tooLarge`.
public func requireMemory(
  for model: Model, _ training: TrainingConfiguration? = nil
) throws(RunError) {
  let (count, states) = (ParameterTable(model.parameters).count, training?.stateCount ?? 0)
  let (bytes, overflow) = count.multipliedReportingOverflow(by: 4 * (1 + states))
  guard let available = availableMemory() else { return }
  let results = model.stacks.flatMap { part in
    part.stack.layers.map { ($0.outputShape, part.samples) }
  }
  let sizes = ([(model.exampleShape, model.samplesPerExample)] + results).map { shape, samples in
    shape.reduce(Double(samples)) { $0 * Double($1) }
  }
  let largest = 4 * (sizes.max() ?? 0)
  guard largest <= Double(available) else {
    throw RunError(
      code: .tooLarge, object: "model",
      expected: "a model that fits \(available >> 20) MiB of free memory",
      found: "a layer whose results for one example take \(Int(largest / 1_048_576)) MiB",
      remedy: "Make the largest layer smaller, or draw fewer samples of each example.")
  }
  guard overflow || bytes > available else { return }
  throw RunError(
    code: .tooLarge, object: "model",
    expected: "a model that fits \(available >> 20) MiB of free memory",
    found: "\(grouped(count)) parameters, which take \(overflow ? "more" : "\(bytes >> 20) MiB")",
    remedy: "Make the largest layer smaller ('vae-dp summary' lists them).")
}
