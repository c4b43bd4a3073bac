internal import Configuration

/// p(z) = N(0, I).
struct StandardNormalPrior: Prior {
  static let key = "standardNormal"

  init(reading options: inout ObjectReader) {}

  func distribution(_ context: ModelContext) -> any Distribution {
    StandardNormal(latentCount: context.latentCount, emission: context.emission)
  }
}
