import Measuring
import Testing

/// The model of a step recovers what made-up measurements were made from.
@Suite struct StepModelTests {
  static let machine = StepModel.Machine(
    cores: 4, bandwidthOfOne: 20e9, bandwidthOfAll: 50e9,
    stage: StageCost(alone: 1e-6, meeting: 4e-6, further: 2e-6))
  static let cut = StepModel.Cut(shards: 8, shardSeconds: 2e-3, updateBytes: 10e6, stages: 2)

  /// Steps of a machine with a known contention and rest, in closed form.
  private static func seconds(_ threads: Int, contention: Double, rest: Double) -> Double {
    let lanes = min(threads, 4)
    let shards = [0, 8, 4, 3, 2][lanes]
    let bandwidth = [0, 20e9, 30e9, 40e9, 50e9][lanes]
    return Double(shards) * 2e-3 * (1 + contention * Double(lanes - 1) / 3) + 10e6 / bandwidth
      + 2 * [0, 1e-6, 5e-6, 7e-6, 9e-6][lanes] + rest
  }

  @Test(arguments: [(0.12, 3e-4), (0, 3e-4), (0.12, 0), (0, 0)])
  func fitRecoversWhatStepsWereMadeFrom(contention: Double, rest: Double) {
    let steps = [1, 2, 3, 4, 16].map {
      (threads: $0, seconds: Self.seconds($0, contention: contention, rest: rest))
    }
    let model = StepModel(fitting: steps, cut: Self.cut, machine: Self.machine)
    // Sums of five terms near 1 in double, divided by a determinant that is not small.
    #expect(abs(model.contention - contention) < 1e-9 && abs(model.rest - rest) < 1e-9)
    for step in steps {
      let predicted = model.parts(threads: step.threads, cut: Self.cut).total
      #expect(abs(predicted / step.seconds - 1) < 1e-9, "\(step.threads) threads")
    }
  }

  /// Steps that are faster than their parts allow do not make a part negative.
  @Test func nothingIsNegative() {
    let steps = [1, 2, 4].map {
      (threads: $0, seconds: 0.9 * Self.seconds($0, contention: 0, rest: 0))
    }
    let model = StepModel(fitting: steps, cut: Self.cut, machine: Self.machine)
    #expect(model.contention == 0 && model.rest == 0)
    let one = StepModel(fitting: [steps[0]], cut: Self.cut, machine: Self.machine)
    #expect(one.contention == 0 && one.rest == 0)
  }

  @Test func oneMeasurementGivesTheRest() {
    let steps = [(threads: 1, seconds: Self.seconds(1, contention: 0, rest: 2e-4))]
    let model = StepModel(fitting: steps, cut: Self.cut, machine: Self.machine)
    #expect(model.contention == 0 && abs(model.rest - 2e-4) < 1e-12)
  }

  @Test func widerMachinesKeepTheirBandwidthPerCoreUpToTheLink() {
    let eight = Self.machine.widened(to: 8)
    #expect(eight.cores == 8 && eight.bandwidthOfAll == 100e9 && eight.bandwidthOfOne == 20e9)
    let sixtyFour = Self.machine.widened(to: 64, linkBandwidth: 5e9)
    #expect(sixtyFour.bandwidthOfAll == 320e9)
    let model = StepModel(
      fitting: [(1, 1)], cut: Self.cut, machine: Self.machine)
    var wide = Self.cut
    wide.shards = 64
    let parts = model.parts(threads: 64, cut: wide, on: sixtyFour)
    #expect(parts.compute == 2e-3 && parts.update == 10e6 / 320e9)
    #expect(abs(parts.meetings - 2 * (1e-6 + 4e-6 + 62 * 2e-6)) < 1e-12)
  }

  /// Two gradient buffers read, one written back, weights and two moments read and written.
  @Test func bytesOfTheUpdate() {
    #expect(StepModel.Cut.updateBytes(parameters: 10, shards: 2, states: 2) == 10 * 4 * 9)
    #expect(StepModel.Cut.updateBytes(parameters: 10, shards: 1, states: 0) == 10 * 4 * 3)
    #expect(StepModel.Cut.updateBytes(parameters: 10, shards: 5, states: 1) == 10 * 4 * 12)
  }
}
