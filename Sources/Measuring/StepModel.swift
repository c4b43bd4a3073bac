/// What a step costs, from what its parts cost: arithmetic that explains measurements and predicts other
/// machines. `Documentation/scaling.md` derives it and names its assumptions.
///
///     lanes = min(threads, cores, …)             threads that really run at once
///     step  = (⌈shards / lanes⌉ · shard + gradients / lanes) · (1 + contention · load)
///           + bytes / bandwidth(lanes) + stages · stage(lanes) + rest
///
/// `load` goes from 0, one core busy, to 1, all of the measured machine's.
public struct StepModel: Sendable, Hashable {
  /// What a machine's cores share.
  public struct Machine: Sendable, Hashable {
    /// Cores that compute.
    public var cores: Int
    /// Bytes per second that one core sums and updates, alone.
    public var bandwidthOfOne: Double
    /// Bytes per second of all cores together.
    public var bandwidthOfAll: Double
    /// Opening a stage and meeting again.
    public var stage: StageCost

    /// A machine.
    public init(
      cores: Int, bandwidthOfOne: Double, bandwidthOfAll: Double, stage: StageCost
    ) {
      self.cores = cores
      self.bandwidthOfOne = bandwidthOfOne
      self.bandwidthOfAll = bandwidthOfAll
      self.stage = stage
    }

    /// The same cores, but more of them: as much bandwidth for each, up to `linkBandwidth` where one
    /// cache no longer serves all.
    public func widened(to cores: Int, linkBandwidth: Double = 6.25e9) -> Machine {
      var wide = self
      wide.cores = cores
      let all = bandwidthOfAll * Double(cores) / Double(self.cores)
      wide.bandwidthOfAll = cores > 8 ? min(all, linkBandwidth * Double(cores)) : all
      wide.bandwidthOfOne = min(bandwidthOfOne, wide.bandwidthOfAll)
      return wide
    }

    func bandwidth(lanes: Int) -> Double {
      cores > 1
        ? bandwidthOfOne + (bandwidthOfAll - bandwidthOfOne) * Double(lanes - 1) / Double(cores - 1)
        : bandwidthOfOne
    }
  }

  /// A minibatch cut into shards.
  public struct Cut: Sendable, Hashable {
    /// How many.
    public var shards: Int
    /// Seconds of the largest on one thread, alone.
    public var shardSeconds: Double
    /// Seconds on one thread of the gradients that are made over the whole minibatch; in so many tiles that
    /// all threads share them.
    public var gradientSeconds: Double
    /// Bytes that the sum over shards and the update move.
    public var updateBytes: Double
    /// Stages of a step.
    public var stages: Int

    /// A cut.
    public init(
      shards: Int, shardSeconds: Double, gradientSeconds: Double = 0, updateBytes: Double,
      stages: Int
    ) {
      self.shards = shards
      self.shardSeconds = shardSeconds
      self.gradientSeconds = gradientSeconds
      self.updateBytes = updateBytes
      self.stages = stages
    }
  }

  /// Seconds of a step, by what takes them.
  public struct Parts: Sendable, Hashable {
    /// The lane that computes most shards, as if it were alone.
    public var compute: Double
    /// What it takes longer because the others run too.
    public var contention: Double
    /// Sum over shards and update.
    public var update: Double
    /// Opening stages and meeting again.
    public var meetings: Double
    /// The coordinator, and what the model does not know.
    public var rest: Double
    /// The step.
    public var total: Double { compute + contention + update + meetings + rest }
  }

  /// The machine that was measured.
  public var machine: Machine
  /// By which part a shard takes longer while all cores of the measured machine are busy; fitted.
  public var contention = 0.0
  /// Seconds of a step that no number of threads changes; fitted.
  public var rest = 0.0

  /// The parts of a step.
  public func parts(threads: Int, cut: Cut, on other: Machine? = nil) -> Parts {
    let machine = other ?? self.machine
    let lanes = min(threads, machine.cores)
    let computing = min(lanes, cut.shards)
    let compute =
      Double((cut.shards + computing - 1) / computing) * cut.shardSeconds
      + cut.gradientSeconds / Double(lanes)
    let further = Double(max(1, self.machine.cores - 1))
    let load = min(1, Double(computing - 1) / further)
    return Parts(
      compute: compute, contention: compute * contention * load,
      update: cut.updateBytes / machine.bandwidth(lanes: lanes),
      meetings: Double(cut.stages) * machine.stage.seconds(threads: lanes), rest: rest)
  }

  /// The model that comes nearest to measured steps: least squares of the relative errors over
  /// `contention` and `rest`, neither below 0.
  public init(fitting steps: [(threads: Int, seconds: Double)], cut: Cut, machine: Machine) {
    self.machine = machine
    contention = 1
    // a · contention + b · rest = r, all divided by the step's seconds.
    let rows = steps.map { step in
      let parts = parts(threads: step.threads, cut: cut)
      let known = parts.compute + parts.update + parts.meetings
      return (
        a: parts.contention / step.seconds, b: 1 / step.seconds, r: 1 - known / step.seconds
      )
    }
    func sum(_ term: ((a: Double, b: Double, r: Double)) -> Double) -> Double {
      rows.reduce(0) { $0 + term($1) }
    }
    let (aa, ab, bb) = (sum { $0.a * $0.a }, sum { $0.a * $0.b }, sum { $0.b * $0.b })
    let (ar, br) = (sum { $0.a * $0.r }, sum { $0.b * $0.r })
    let determinant = aa * bb - ab * ab
    (contention, rest) = (0, 0)
    if determinant > 1e-12 * aa * bb {
      contention = (ar * bb - br * ab) / determinant
      rest = (aa * br - ab * ar) / determinant
    }
    if contention <= 0 || determinant <= 1e-12 * aa * bb {
      (contention, rest) = (0, max(0, br / bb))
    } else if rest < 0 {
      (contention, rest) = (max(0, ar / aa), 0)
    }
  }
}

extension StepModel.Cut {
  /// Bytes that the sum over shards and the update of so many parameters move: every gradient buffer is read, every
  /// other one is written as well; parameters and what is kept beside them are read and written.
  ///
  /// - Parameter deferred: of the parameters, those whose gradients are not in the gradient buffers.
  public static func updateBytes(
    parameters: Int, deferred: Int = 0, shards: Int, states: Int
  ) -> Double {
    let sum = shards + (shards > 1 ? (shards + 1) / 2 : 0)
    return 4
      * (Double(parameters - deferred) * Double(sum) + Double(parameters)
        * Double(2 * (1 + states)))
  }
}
