import Datasets
import HDF5
import Testing

/// What an inspection tells of values.
@Suite struct InspectionValuesTests {
  private func entry(_ fill: (HDF5File) throws -> Void) throws -> (Inspection.Entry, [String]) {
    let scratch = try ScratchFolder()
    let path = scratch.path("data.h5")
    try HDF5File.write(to: path, fill)
    let found = try Inspection(path)
    return (try #require(found.entries.first), found.lines)
  }

  @Test func classesAreCountedByName() throws {
    let (found, lines) = try entry { file in
      let labels: [UInt8] = (0..<60).map { $0 % 6 == 0 ? 2 : 1 }
      try file.write("labels", shape: [60], values: labels.span)
      try file.setAttribute("classes", of: "labels", to: .strings(["cat", "dog", "cow"]))
    }
    #expect(found.classes?.frequent.map(\.name) == ["dog", "cow"])
    #expect(found.classes?.frequent.map(\.count) == [50, 10])
    #expect(lines.contains("    2 classes: dog: 50, cow: 10"))
  }

  @Test func ofManyClassesTenAreShown() throws {
    let (found, lines) = try entry { file in
      try file.writeStrings("kind", (0..<120).map { "k\($0 % 12 == 11 ? 10 : $0 % 12)" })
    }
    #expect(found.classes?.classCount == 11 && found.classes?.frequent.first?.name == "k10")
    #expect(found.classes?.rest == 10)
    #expect(
      lines.contains { $0.hasPrefix("    11 classes: k10: 20, ") && $0.hasSuffix(", 1 more: 10") })
  }

  @Test func aNumberOfEachExampleIsNoClass() throws {
    let (found, _) = try entry { file in
      let ids = (0..<100).map { Int64($0) }
      try file.write("id", shape: [100], values: ids.span)
    }
    #expect(
      found.classes == nil && found.values?.histogram?.counts == Array(repeating: 5, count: 20))
  }

  @Test func missingValuesAreToldFromInfiniteOnes() throws {
    let (found, lines) = try entry { file in
      let values: [Float] = [.nan, 0, 0, 0, 0, 0, 0, 0, 1, 1, .nan, .infinity]
      try file.write("x", shape: [6, 2], values: values.span)
    }
    #expect(found.values?.missing == 2 && found.values?.notFinite == 3)
    #expect(lines.contains { $0.contains(", 2 NaN, 1 infinite") })
    #expect(lines.contains("    ▕█                  ▃▏"))
  }

  /// The difference of the ends is infinite.
  @Test func theWidestRangeHasAHistogram() throws {
    let (found, _) = try entry { file in
      let values = [
        -Double.greatestFiniteMagnitude, 0, .greatestFiniteMagnitude, .leastNonzeroMagnitude,
      ]
      try file.write("x", shape: [2, 2], values: values.span)
    }
    #expect(found.values?.histogram?.counts.reduce(0, +) == 4)
    #expect(found.values?.histogram?.counts[10] == 2)
  }
}
