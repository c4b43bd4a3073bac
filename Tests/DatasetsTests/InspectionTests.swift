import Datasets
import HDF5
import Testing

/// What an inspection advises to train on.
@Suite struct InspectionTests {
  let scratch: ScratchFolder
  let path: String

  init() throws {
    scratch = try ScratchFolder()
    path = scratch.path("data.h5")
  }

  /// Writes datasets of float32, or of bytes where the name ends so, and inspects the file.
  private func inspect(
    _ datasets: [(name: String, shape: [Int])],
    _ more: (HDF5File) throws -> Void = { _ in }
  ) throws -> Inspection {
    let file = try HDF5File.create(at: path)
    for (name, shape) in datasets {
      let count = shape.reduce(1, *)
      if name.hasSuffix("labels") {
        try file.write(name, shape: shape, values: [UInt8](repeating: 1, count: count).span)
      } else {
        try file.write(name, shape: shape, values: [Float](repeating: 0.5, count: count).span)
      }
    }
    try more(file)
    try file.close()
    return try Inspection(path)
  }

  /// Cells are more than genes, so the columns' attributes are the longest datasets.
  @Test func ofALoomFileItIsTheMatrix() throws {
    let found = try inspect([
      ("matrix", [30, 200]), ("layers/spliced", [30, 200]), ("col_attrs/labels", [200, 1]),
      ("col_attrs/embedding", [200, 2]), ("row_attrs/means", [30, 1]),
    ])
    #expect(found.data["train"] == "matrix")
    let note = found.entries.first { $0.path == "matrix" }?.note
    #expect(note?.contains("transpose") == true)
  }

  /// The graph of neighbours is the largest matrix, and genes before filtering are more.
  @Test func ofAnAnnDataFileItIsX() throws {
    let found = try inspect([
      ("X", [100, 20]), ("layers/counts", [100, 20]), ("obsm/X_pca", [100, 10]),
      ("obsp/connectivities", [100, 100]), ("raw/X", [100, 40]), ("obs/n", [100, 2]),
    ])
    #expect(found.data["train"] == "X")
  }

  @Test func oneNumberForEachExampleMayBeAField() throws {
    let found = try inspect([("train/images", [10, 8]), ("train/labels", [10])])
    let labels = try #require(found.entries.first { $0.path.hasSuffix("labels") })
    #expect(labels.problem == nil && labels.exampleShape == nil)
    #expect(labels.note?.hasPrefix("10 labels or numbers: data.labels or data.fields") == true)
    #expect(found.data["train"] == "train/images")
  }

  @Test func labelsAndNumbersAreNever() throws {
    let found = try inspect([
      ("data", [10, 12]), ("labels", [900, 1]), ("ids", [900, 2]), ("y", [900, 3]),
    ])
    #expect(found.data["train"] == "data")
    let none = try InspectionTests().inspect([("labels", [900, 1]), ("train_labels", [90, 2])])
    #expect(none.data.isEmpty)
  }

  @Test func whatIsCalledTrainingDataIs() throws {
    let found = try inspect([
      ("everything", [100, 8]), ("train/images", [10, 8]), ("train/labels", [100, 8]),
      ("test/images", [5, 8]), ("test/labels", [5, 8]), ("val", [4, 8]),
    ])
    #expect(found.data["train"] == "train/images" && found.data["test"] == "test/images")
    #expect(found.data["validation"] == "val")
  }

  /// 10x keeps `[genes, cells]` by columns: training refuses it, and so it is not advised.
  @Test func aMatrixByColumnsIsNotAdvised() throws {
    let found = try inspect([]) { file in
      try file.write("matrix/data", shape: [4], values: ([1, 2, 3, 4] as [Int32]).span)
      try file.write("matrix/indices", shape: [4], values: ([0, 1, 2, 0] as [Int32]).span)
      try file.write("matrix/indptr", shape: [3], values: ([0, 2, 4] as [Int32]).span)
      try file.write("matrix/shape", shape: [2], values: ([3, 2] as [Int32]).span)
    }
    #expect(found.data.isEmpty)
    #expect(found.entries.first?.problem?.contains("one per column") == true)
  }

  @Test func axesOfMATLABAreTold() throws {
    let found = try inspect([("x", [784, 10])]) { file in
      try file.setAttribute("MATLAB_class", of: "x", to: .string("single"))
    }
    #expect(found.entries.first?.note?.contains("this was [10, 784] there") == true)
  }
}
