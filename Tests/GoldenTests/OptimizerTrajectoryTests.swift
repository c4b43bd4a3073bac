import DataParallel
import Optimizers
import Testing
import Training

/// Every optimiser, in float32 and through the whole engine, against PyTorch's in float64.
@Suite struct OptimizerTrajectoryTests {
  @Test func everyOptimizerIsThere() throws {
    let found = try OptimizerTrajectory.names().map {
      type(of: try OptimizerTrajectory($0, shards: 1, threads: 1).training.groups[0].optimizer).key
    }
    #expect(Set(found) == Set(optimizerChoices.map { $0.key }))
  }

  @Test(arguments: try OptimizerTrajectory.names())
  func fiftySteps(name: String) throws {
    let run = try OptimizerTrajectory(name, shards: 2, threads: 2)
    for count in 1...50 {
      try run.step(count)
      guard count == 1 || count == 50 else { continue }
      let distance = try OptimizerTrajectory.distance(run.engine.parameters, "\(name)/\(count)")
      #expect(distance < 1e-5, "\(name), parameters after \(count) steps")
    }
    let names = run.training.groups[0].optimizer.stateNames
    #expect(Set(names) == Set(try OptimizerTrajectory.states(name)))
    for (state, memory) in zip(names, run.engine.states) {
      let distance = try OptimizerTrajectory.distance(memory, "\(name)/states/\(state)")
      #expect(distance < 1e-5, "\(name), \(state)")
    }
    if let average = run.engine.average {
      #expect(try OptimizerTrajectory.distance(average, "\(name)/average") < 1e-5, "\(name)")
    }
  }
}
