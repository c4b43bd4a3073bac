/// What a changed configuration does to the state of a training that goes on.
extension TrainingState {
  /// Takes the begun epoch back to its first example and forgets what later epochs would be compared
  /// with: the order of the examples, or what the objective means, is another now.
  ///
  /// - Parameter start: the state of the changed training at its beginning.
  public mutating func startEpochAgain(like start: TrainingState) {
    offset = 0
    (epochSums, reportSums) = (start.epochSums, start.reportSums)
    epochSeconds = 0
    (best, epochsSinceBest) = (nil, 0)
    for index in plateaus.indices {
      (plateaus[index].best, plateaus[index].epochsWaited) = (nil, 0)
    }
  }

  /// Goes on with another number of shards.
  public mutating func change(shards count: Int) { shards = count }

  /// Forgets what the schedules before have lowered.
  ///
  /// - Parameter start: the state of the changed training at its beginning.
  public mutating func forgetPlateaus(like start: TrainingState) { plateaus = start.plateaus }
}
