import Configuration
import DataParallel
import Datasets
import Examples
import Foundation
import Runs
import Testing
import Training

@Suite struct RunDataTests {
  private let scratch: ScratchFolder

  init() throws {
    scratch = try ScratchFolder()
    try scratch.writeData()
  }

  private func open(_ more: String, seed: Int = 0) throws -> RunData {
    let json = "{ \"file\": \"\(scratch.path("data.h5"))\"\(more) }"
    return try RunData(DataConfiguration(reading: JSONNode.parse(json, file: nil)), seed: seed)
  }

  private static let fractions =
    ", \"validation\": { \"fraction\": 0.2 }, \"test\": { \"fraction\": 0.1 }"

  @Test func fractionsAreDisjointAndComplete() throws {
    let data = try open(Self.fractions)
    let parts = try [data.training, #require(data.validation), #require(data.test)].map(\.positions)
    #expect(parts.map(\.count) == [28, 8, 4])
    #expect(parts.allSatisfy { $0 == $0.sorted() })
    #expect(Set(parts.joined()) == Set(0..<40))
    #expect(data.exampleShape == [6, 6, 1])
  }

  @Test func fractionsAreAFunctionOfTheSeed() throws {
    let first = try open(Self.fractions, seed: 7)
    #expect(try open(Self.fractions, seed: 7).validation?.positions == first.validation?.positions)
    #expect(try open(Self.fractions, seed: 8).validation?.positions != first.validation?.positions)
    #expect(first.validation?.positions != Array(0..<8))
  }

  /// The test examples stay the same where only validation changes.
  @Test func theTestFractionDoesNotDependOnValidation() throws {
    let without = try open(", \"test\": { \"fraction\": 0.1 }")
    #expect(try open(Self.fractions).test?.positions == without.test?.positions)
    #expect(without.validation == nil && without.training.positions.count == 36)
  }

  @Test func datasetsAreTakenWhole() throws {
    let data = try open(", \"test\": \"test/images\"")
    #expect(data.test?.positions == (0..<12).map { $0 })
    #expect(data.training.positions == (0..<40).map { $0 })
    #expect(data.test?.source !== data.training.source)
    // Bytes above 1 are grey levels.
    #expect(abs(data.scale - 1 / 255) < 1e-9)
    #expect(try data.training.values().allSatisfy { (0...1).contains($0) })
  }

  @Test func aFractionWithoutAnExampleIsNothing() throws {
    let data = try open(", \"test\": { \"fraction\": 0.01 }")
    #expect(data.test == nil && data.training.positions.count == 40)
  }

  @Test func fractionsThatLeaveNothingAreAnError() {
    let error = #expect(throws: DatasetError.self) {
      _ = try open(", \"test\": { \"fraction\": 0.5 }, \"validation\": { \"fraction\": 0.499 }")
    }
    #expect(error?.code == .empty)
  }

  @Test func datasetsOfAnotherShapeAreAnError() {
    let error = #expect(throws: DatasetError.self) { _ = try open(", \"validation\": \"other\"") }
    #expect(error?.code == .wrongShape)
    #expect(error?.expected == "examples of shape [6, 6, 1], as in train/images")
    #expect(error?.remedy == "Name another dataset at data.validation.")
  }

  @Test func aMissingFileIsAnError() throws {
    let node = JSONNode.object([("file", .string(scratch.path("none.h5")))])
    let error = #expect(throws: DatasetError.self) {
      _ = try RunData(DataConfiguration(reading: node), seed: 0)
    }
    #expect(error?.code == .missingFile)
  }

  @Test func spritesAreDrawnOnFirstUse() throws {
    let file = scratch.path("new/folder/sprites.h5")
    let node = JSONNode.object([
      ("source", .string("sprites")), ("size", .int(60)), ("file", .string(file)),
    ])
    let configuration = try DataConfiguration(reading: node)
    var activities: [String] = []
    let first = try RunData(configuration, seed: 0) { activity, _ in activities.append(activity) }
    #expect(first.exampleShape == [64, 64, 1])
    #expect(activities.first == "drawing \(file)")
    let count = SpritesGrid(nearest: 60).count
    #expect(first.validation?.positions.count == Int((0.05 * Double(count)).rounded()))
    let date = try FileManager.default.attributesOfItem(atPath: file)[.modificationDate] as? Date
    activities = []
    _ = try RunData(configuration, seed: 0) { activity, _ in activities.append(activity) }
    #expect(Set(activities) == ["reading \(file)"])
    #expect(
      try FileManager.default.attributesOfItem(atPath: file)[.modificationDate] as? Date == date)
  }
}
