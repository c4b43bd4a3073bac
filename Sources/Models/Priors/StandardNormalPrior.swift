internal import Configuration

/// p(z) = N(0, I).
struct StandardNormalPrior: Prior {
  static let key = "standardNormal"
  static let meaning = "N(0, I)."

  init(reading options: inout ObjectReader) {}

  func distribution(_ context: ModelContext) -> any Distribution {
    StandardNormal(latentCount: context.latentCount, emission: context.emission)
  }
}
