import Datasets
import Examples
import Foundation
import HDF5
import Testing

/// Matrices in CSR form.
@Suite struct SparseReaderTests {
  let scratch: ScratchFolder
  let path: String

  init() throws {
    scratch = try ScratchFolder()
    path = scratch.path("data.h5")
  }

  /// The arrays of `[[0, 2, 0, 1], [0, 0, 0, 0], [5, 0, 0, 4]]`, of which a test changes one.
  private struct Matrix {
    var data: [Float]? = [2, 1, 5, 4]
    var indices: [Int32]? = [1, 3, 0, 3]
    var starts: [Int64]? = [0, 2, 2, 4]
    var attributes: [String: AttributeValue] = [
      "shape": .integers([3, 4]), "encoding-type": .string("csr_matrix"),
    ]
    var shape: [Int64]?
  }

  /// Writes the matrix, instead of what an earlier call wrote.
  private func write(_ matrix: Matrix) throws {
    try? FileManager.default.removeItem(atPath: path)
    let file = try HDF5File.create(at: path)
    try file.createGroup("X")
    if let data = matrix.data { try file.write("X/data", shape: [data.count], values: data.span) }
    if let indices = matrix.indices {
      try file.write("X/indices", shape: [indices.count], values: indices.span)
    }
    if let starts = matrix.starts {
      try file.write("X/indptr", shape: [starts.count], values: starts.span)
    }
    if let shape = matrix.shape {
      try file.write("X/shape", shape: [shape.count], values: shape.span)
    }
    for (name, value) in matrix.attributes { try file.setAttribute(name, of: "X", to: value) }
    try file.close()
  }

  private func open(scale: Double? = nil) throws -> any StoredExamples {
    try DatasetReader.open(file: path, dataset: "X", scale: scale)
  }

  private func problem(_ change: (inout Matrix) -> Void) throws -> DatasetError {
    var matrix = Matrix()
    change(&matrix)
    try write(matrix)
    return try #require(#expect(throws: DatasetError.self) { _ = try open() })
  }

  @Test func rowsStaySparseAndGatherDense() throws {
    try write(Matrix())
    let examples = try open()
    #expect(examples.exampleCount == 3 && examples.exampleShape == [4])
    #expect(examples.sparse?.byteCount == 4 * 8 + 4 * 8)
    #expect(examples.rows([2, 1, 0, 2]) == [5, 0, 0, 4, 0, 0, 0, 0, 0, 2, 0, 1, 5, 0, 0, 4])
  }

  @Test func theShapeMayBeADataset() throws {
    var matrix = Matrix()
    (matrix.attributes, matrix.shape) = ([:], [3, 4])
    try write(matrix)
    #expect(try open().rows([0]) == [0, 2, 0, 1])
  }

  @Test func integersOfAnyWidthAreCounts() throws {
    let file = try HDF5File.create(at: path)
    let (data, indices, starts) = (
      [200, 1] as [UInt8], [2, 0] as [Int64], [0, 1, 2] as [Int32]
    )
    try file.write("X/data", shape: [2], values: data.span)
    try file.write("X/indices", shape: [2], values: indices.span)
    try file.write("X/indptr", shape: [3], values: starts.span)
    try file.setAttribute("shape", of: "X", to: .integers([2, 3]))
    try file.close()
    // Counts are no grey levels: bytes are not divided by 255.
    #expect(try open().rows([0, 1]) == [0, 0, 200, 1, 0, 0])
  }

  @Test func scalesMultiply() throws {
    var matrix = Matrix()
    matrix.attributes["scale"] = .real(0.5)
    try write(matrix)
    #expect(try open().rows([2]) == [2.5, 0, 0, 2])
    #expect(try open().scale == 0.5)
    #expect(try open(scale: 3).rows([2]) == [15, 0, 0, 12])
  }

  @Test func unsortedColumnsAreSorted() throws {
    var matrix = Matrix()
    (matrix.data, matrix.indices) = ([1, 2, 4, 5], [3, 1, 3, 0])
    try write(matrix)
    #expect(try open().rows([0, 1, 2]) == [0, 2, 0, 1, 0, 0, 0, 0, 5, 0, 0, 4])
  }

  /// More non-zeros than a block holds, each told by its value.
  @Test func manyBlocksJoin() throws {
    let (rows, perRow) = (1500, 800)
    let file = try HDF5File.create(at: path)
    let data = (0..<rows * perRow).map { Float($0) }
    let indices = (0..<rows * perRow).map { Int32($0 % perRow * 2) }
    let starts = (0...rows).map { Int64($0 * perRow) }
    try file.write("X/data", shape: [data.count], values: data.span)
    try file.write("X/indices", shape: [data.count], values: indices.span)
    try file.write("X/indptr", shape: [starts.count], values: starts.span)
    try file.setAttribute("shape", of: "X", to: .integers([rows, 2 * perRow]))
    try file.close()
    let examples = try open()
    for row in [0, 655, 656, 1310, 1499] {
      let values = examples.rows([UInt32(row)])
      #expect((0..<perRow).allSatisfy { values[2 * $0] == Float(row * perRow + $0) })
    }
  }

  @Test func missingMembersAreNamed() throws {
    let error = try problem { $0.indices = nil }
    #expect(
      error.code == .malformed && error.object == "X/indices" && error.found == "no 'indices'")
  }

  @Test func columnsThatAreNotCalledSoAreRefused() throws {
    let undeclared = try problem {
      $0.attributes["encoding-type"] = nil
      $0.starts = [0, 1, 2, 2, 4]
    }
    #expect(undeclared.object == "X/indptr" && undeclared.remedy.contains("tocsr()"))
    let other = try problem { $0.attributes["encoding-type"] = .string("coo_matrix") }
    #expect(other.found == "'coo_matrix' as the attribute 'encoding-type'")
  }

  /// The same matrix column after column, rows of a column in any order.
  @Test(arguments: ["csc_matrix", "csc_array"])
  func columnsBecomeRows(form: String) throws {
    var matrix = Matrix()
    matrix.attributes["encoding-type"] = .string(form)
    (matrix.data, matrix.indices) = ([5, 2, 4, 1], [2, 0, 2, 0])
    matrix.starts = [0, 1, 2, 2, 4]
    try write(matrix)
    let examples = try open()
    #expect(examples.exampleCount == 3 && examples.exampleShape == [4])
    #expect(examples.rows([0, 1, 2]) == [0, 2, 0, 1, 0, 0, 0, 0, 5, 0, 0, 4])
    #expect(examples.sparse?.byteCount == 4 * 8 + 4 * 8)
  }

  @Test func whatIsWrongWithColumnsIsTold() throws {
    func columns(_ change: @escaping (inout Matrix) -> Void) throws -> DatasetError {
      try problem {
        $0.attributes["encoding-type"] = .string("csc_matrix")
        ($0.data, $0.indices, $0.starts) = ([5, 2, 4, 1], [2, 0, 2, 0], [0, 1, 2, 2, 4])
        change(&$0)
      }
    }
    #expect(try columns { $0.indices = [2, 0, 3, 0] }.found == "3 in column 3")
    #expect(try columns { $0.indices = [2, 0, 0, 0] }.found == "column 3 twice in row 0")
    #expect(try columns { $0.data = [5, 2, .infinity, 1] }.found == "inf in row 2")
    #expect(try columns { $0.starts = [0, 2, 2, 4] }.remedy.contains("csr_matrix"))
    #expect(try columns { $0.starts = [0, 1, 3, 2, 4] }.found == "2 after 3 at column 2")
  }

  @Test(
    arguments: [
      [0, 3, 2, 4], [1, 2, 2, 4], [0, 2, 4], [0, 2, 2, 3], [0, 2, 2, 5], [0, 2, -2, 4],
    ] as [[Int64]])
  func startsThatDoNotFitAreTold(starts: [Int64]) throws {
    let error = try problem { $0.starts = starts }
    #expect([.malformed, .wrongShape].contains(error.code), "\(error)")
    #expect(["X/indptr", "X/indices"].contains(error.object))
  }

  @Test func columnsOutsideTheShapeAreTold() throws {
    let error = try problem { $0.indices = [1, 3, 0, 4] }
    #expect(error.object == "X/indices" && error.expected == "columns 0 to 3")
    #expect(error.found == "4 in row 2")
    #expect(try problem { $0.indices = [1, -1, 0, 3] }.found == "-1 in row 0")
  }

  @Test func repeatedColumnsAreRefused() throws {
    let error = try problem { $0.indices = [1, 3, 3, 3] }
    #expect(error.found == "column 3 twice in row 2" && error.remedy.contains("sum_duplicates()"))
  }

  @Test func countsThatDisagreeAreTold() throws {
    let error = try problem { $0.data = [1, 2, 3] }
    #expect(error.object == "X/data" && error.found == "3")
  }

  @Test func valuesThatAreNotFiniteAreNamedByRow() throws {
    let error = try problem { $0.data = [1, 2, 3, .nan] }
    #expect(error.code == .notFinite && error.found == "nan in row 2")
  }

  @Test(
    arguments: [
      .integers([3]), .integers([3, 4, 1]), .integers([-3, 4]), .string("3x4"), .integers([0, 4]),
      .integers([3, 0]),
    ] as [AttributeValue])
  func shapesThatAreNoneAreTold(shape: AttributeValue) throws {
    let error = try problem { $0.attributes["shape"] = shape }
    let isEmpty = shape == .integers([0, 4]) || shape == .integers([3, 0])
    #expect(error.code == (isEmpty ? .empty : .wrongShape) && error.object == "X")
  }

  @Test func aMissingShapeIsTold() throws {
    let error = try problem { $0.attributes["shape"] = nil }
    #expect(error.remedy.contains("attrs['shape']"))
  }

  @Test func numbersOfAnotherTypeAreTold() throws {
    let file = try HDF5File.create(at: path)
    let (data, starts) = ([1, 2] as [Float], [0, 1, 2] as [Int64])
    try file.write("X/data", shape: [2], values: data.span)
    try file.write("X/indices", shape: [2], values: data.span)
    try file.write("X/indptr", shape: [3], values: starts.span)
    try file.setAttribute("shape", of: "X", to: .integers([2, 3]))
    try file.close()
    let error = #expect(throws: DatasetError.self) { _ = try open() }
    #expect(error?.code == .wrongType && error?.object == "X/indices")
  }

  @Test func otherGroupsAndDatasetsAreReadAsBefore() throws {
    let file = try HDF5File.create(at: path)
    let bytes = [1, 0, 0, 1] as [UInt8]
    try file.write("train/images", shape: [2, 2], values: bytes.span)
    try file.close()
    #expect(
      try DatasetReader.open(file: path, dataset: "train/images").rows([1]) == [0, 1])
    let error = #expect(throws: HDF5Error.self) {
      _ = try DatasetReader.open(file: path, dataset: "train")
    }
    #expect(error?.code == .wrongKind)
  }
}
