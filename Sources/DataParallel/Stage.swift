internal import Teamwork

/// One stage of a step: what each worker does with the job.
@unsafe struct Stage {
  /// What all workers read.
  let job: UnsafeMutablePointer<Job>
  /// How many parts the stage has.
  let workers: Int
  /// Where each worker notes when it began and ended; nil where nobody asks.
  let times: UnsafeMutablePointer<StageClock.WorkerTime?>?
  /// One worker's part; it captures nothing, so that it needs no memory.
  let body: @Sendable (borrowing Job, _ worker: Int, _ workers: Int) -> Void

  /// Runs the parts of all workers that come, and returns when they have returned.
  func run() {
    var stage = unsafe self
    unsafe withUnsafeMutablePointer(to: &stage) { stage in
      unsafe Team.perform(workers: workers, stage) { stage, worker in
        guard let stage = unsafe stage?.assumingMemoryBound(to: Stage.self).pointee else { return }
        let begin = unsafe stage.times == nil ? nil : ContinuousClock.now
        unsafe stage.body(stage.job.pointee, worker, stage.workers)
        if let begin, let times = unsafe stage.times {
          unsafe times[worker] = StageClock.WorkerTime(begin: begin, end: .now)
        }
      }
    }
  }
}
