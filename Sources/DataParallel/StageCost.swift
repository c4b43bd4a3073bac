internal import CDispatch

/// Seconds of a stage in which nothing is done: what it costs to wake the workers and to meet again.
///
/// Stages follow each other after 50 µs of work, as they do in a step: a thread that has just been
/// awake wakes faster than one that has slept.
public func emptyStageSeconds(threads: Int, repetitions: Int = 400) -> Double {
  let clock = ContinuousClock()
  let pause = Swift.Duration.microseconds(50)
  let times = (0..<repetitions).map { _ in
    let start = clock.now
    while clock.now - start < pause {}
    return clock.measure {
      unsafe dispatch_apply_f(threads, nil, nil) { _, _ in }
    }
  }
  return times.sorted()[repetitions / 2] / .seconds(1)
}
