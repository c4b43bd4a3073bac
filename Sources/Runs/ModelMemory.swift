internal import Execution
internal import HDF5
public import Models
public import Training

/// Throws where parameters and moments take more memory than there is.
///
/// A lower bound that costs nothing: activations and gradients come on top.
///
/// - Throws: `RunError.tooLarge`.
public func requireMemory(
  for model: Model, _ training: TrainingConfiguration
) throws(RunError) {
  let count = ParameterTable(model.parameters).count
  let (bytes, overflow) = count.multipliedReportingOverflow(by: 4 * (1 + training.momentCount))
  guard let available = availableMemory(), overflow || bytes > available else { return }
  throw RunError(
    code: .tooLarge, object: "model",
    expected: "a model that fits \(available >> 20) MiB of free memory",
    found: "\(grouped(count)) parameters, which take \(overflow ? "more" : "\(bytes >> 20) MiB")",
    remedy: "Make the largest layer smaller ('vae-dp summary' lists them).")
}
