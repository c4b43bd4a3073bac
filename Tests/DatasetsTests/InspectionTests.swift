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
    #expect(found.data?.train.dataset == "matrix")
    let note = found.entries.first { $0.path == "matrix" }?.note
    #expect(note?.contains("transposed") == true)
    #expect(found.data?.exampleCount == 200 && found.data?.exampleShape == [30])
    #expect(found.data?.train.labels == "col_attrs/labels")
  }

  /// The graph of neighbours is the largest matrix, and genes before filtering are more.
  @Test func ofAnAnnDataFileItIsX() throws {
    let found = try inspect([
      ("X", [100, 20]), ("layers/counts", [100, 20]), ("obsm/X_pca", [100, 10]),
      ("obsp/connectivities", [100, 100]), ("raw/X", [100, 40]), ("obs/n", [100, 2]),
    ])
    #expect(found.data?.train.dataset == "X")
  }

  @Test func oneNumberForEachExampleMayBeAField() throws {
    let found = try inspect([("train/images", [10, 8]), ("train/labels", [10])])
    let labels = try #require(found.entries.first { $0.path.hasSuffix("labels") })
    #expect(labels.problem == nil && labels.exampleShape == nil)
    #expect(labels.note?.hasPrefix("10 labels or numbers: data.labels or data.fields") == true)
    #expect(found.data?.train.dataset == "train/images")
    #expect(found.data?.train.labels == "train/labels")
  }

  @Test func labelsAndNumbersAreNever() throws {
    let found = try inspect([
      ("data", [10, 12]), ("labels", [900, 1]), ("ids", [900, 2]), ("y", [900, 3]),
    ])
    #expect(found.data?.train.dataset == "data")
    let none = try InspectionTests().inspect([("labels", [900, 1]), ("train_labels", [90, 2])])
    #expect(none.data == nil)
  }

  @Test func whatIsCalledTrainingDataIs() throws {
    let found = try inspect([
      ("everything", [100, 8]), ("train/images", [10, 8]), ("train/labels", [100, 8]),
      ("test/images", [5, 8]), ("test/labels", [5, 8]), ("val", [4, 8]),
    ])
    #expect(
      found.data?.train.dataset == "train/images" && found.data?.test?.dataset == "test/images")
    #expect(found.data?.validation?.dataset == "val")
  }

  /// 10x keeps `[genes, cells]` by columns.
  @Test func ofATenXFileItIsTheCells() throws {
    let found = try inspect([]) { file in
      try file.write("matrix/data", shape: [4], values: ([1, 2, 3, 4] as [Int32]).span)
      try file.write("matrix/indices", shape: [4], values: ([0, 1, 2, 0] as [Int32]).span)
      try file.write("matrix/indptr", shape: [3], values: ([0, 2, 4] as [Int32]).span)
      try file.write("matrix/shape", shape: [2], values: ([3, 2] as [Int32]).span)
      try file.write("matrix/barcodes", shape: [2], values: ([0, 1] as [Int32]).span)
    }
    #expect(found.data?.train.dataset == "matrix" && found.data?.exampleCount == 2)
    #expect(found.data?.exampleShape == [3] && found.entries.first?.kind == "sparse rows")
  }

  /// Nothing says which of the two axes counts the examples.
  @Test func aMatrixByColumnsThatIsNotCalledSoIsNotAdvised() throws {
    let found = try inspect([]) { file in
      try file.write("m/data", shape: [4], values: ([1, 2, 3, 4] as [Int32]).span)
      try file.write("m/indices", shape: [4], values: ([0, 1, 2, 0] as [Int32]).span)
      try file.write("m/indptr", shape: [3], values: ([0, 2, 4] as [Int32]).span)
      try file.write("m/shape", shape: [2], values: ([3, 2] as [Int32]).span)
    }
    #expect(found.data == nil)
    #expect(found.entries.first?.problem?.contains("one per column") == true)
  }

  @Test func axesOfMATLABAreTold() throws {
    let found = try inspect([("x", [784, 10])]) { file in
      try file.setAttribute("MATLAB_class", of: "x", to: .string("single"))
    }
    #expect(found.entries.first?.note?.contains("the matrix [10, 784]") == true)
  }

  /// Keras's names, and others that say which examples they hold.
  @Test(arguments: [
    ("x_train", "y_train", "x_test", "y_test"), ("train_x", "train_y", "test_x", "test_y"),
    ("Xtrain", "ytrain", "Xtest", "ytest"), ("train/x", "train/y", "test/x", "test/y"),
    ("train", "train_label", "test", "test_label"),
    ("images/train", "labels/train", "images/test", "labels/test"),
    ("train_images", "train_targets", "test_images", "test_targets"),
  ])
  func labelsAreThoseOfTheSameExamples(
    train: String, trainLabels: String, test: String, testLabels: String
  ) throws {
    let found = try inspect([(train, [10, 8]), (test, [10, 8])]) { file in
      try file.write(trainLabels, shape: [10], values: [UInt8](repeating: 3, count: 10).span)
      try file.write(testLabels, shape: [10], values: [UInt8](repeating: 3, count: 10).span)
    }
    #expect(found.data?.train == DataChoice.Part(dataset: train, labels: trainLabels))
    #expect(found.data?.test == DataChoice.Part(dataset: test, labels: testLabels))
    #expect(found.data?.validation == nil)
  }

  /// What training would refuse beside the examples is left out: they can be trained on without.
  @Test func labelsThatDoNotFitAreLeftOut() throws {
    let tests: [(train: [Float], test: [UInt8])] = [
      ([1, 1, .nan], [1, 1]),  // No number.
      ([1, 1], [1, 1]),  // Not as many as examples.
      ([1, 1, 1], [1, 1]),  // Numbers there, classes here.
    ]
    for (train, test) in tests {
      let found = try InspectionTests().inspect([("train/x", [3, 4]), ("test/x", [2, 4])]) { file in
        try file.write("train/y", shape: [train.count], values: train.span)
        try file.write("test/y", shape: [test.count], values: test.span)
      }
      #expect(found.data?.train == DataChoice.Part(dataset: "train/x"), "\(train)")
      #expect(found.data?.test == DataChoice.Part(dataset: "test/x"))
    }
    // A class that no training example has.
    let found = try inspect([("train/x", [3, 4]), ("test/x", [2, 4])]) { file in
      try file.write("train/y", shape: [3], values: ([1, 2, 1] as [UInt8]).span)
      try file.write("test/y", shape: [2], values: ([1, 3] as [UInt8]).span)
    }
    #expect(found.data?.train.labels == nil && found.data?.test?.labels == nil)
  }

  @Test func whatReadsAsSplitNamesIsNone() throws {
    let found = try inspect([("latest", [10, 8]), ("values", [9, 8]), ("intervals", [8, 8])])
    #expect(found.data?.train.dataset == "latest")
    #expect(found.data?.test == nil && found.data?.validation == nil)
  }
}
