import Datasets
import Examples
import HDF5
import Testing

/// Loom's matrix, whose rows are elements of the examples.
@Suite struct TurnedAxesTests {
  let scratch: ScratchFolder
  let path: String

  init() throws {
    scratch = try ScratchFolder()
    path = scratch.path("cells.loom")
  }

  private func write<T: HDF5Element>(
    _ values: [T], genes: Int, cells: Int, isLoom: Bool = true
  ) throws {
    let file = try HDF5File.create(at: path)
    if isLoom { for name in ["col_attrs", "row_attrs"] { try file.createGroup(name) } }
    for name in ["matrix", "layers/spliced", "other"] {
      try file.write(name, shape: [genes, cells], values: values.span, deflate: 1)
    }
    try file.close()
  }

  /// So many that they are read in several blocks, by several threads.
  @Test func cellsAreTheExamples() throws {
    let (genes, cells) = (70, 30_000)
    try write((0..<genes * cells).map { Float($0) }, genes: genes, cells: cells)
    for name in ["matrix", "/matrix", "layers/spliced"] {
      let examples = try DatasetReader.open(file: path, dataset: name, readAtOnce: 0)
      #expect(examples.exampleCount == cells && examples.exampleShape == [genes])
      for cell in [0, 1, 17_001, cells - 1] {
        #expect(
          examples.rows([UInt32(cell)]) == (0..<genes).map { Float($0 * cells + cell) })
      }
    }
    #expect(try DatasetReader.open(file: path, dataset: "other").exampleCount == genes)
  }

  @Test func bytesStayBytes() throws {
    try write((0..<6).map { UInt8($0) }, genes: 2, cells: 3)
    let examples = try DatasetReader.open(file: path, dataset: "matrix", scale: 1)
    #expect(examples.byteCount == 6)
    #expect(examples.rows([0, 1, 2]) == [0, 3, 1, 4, 2, 5])
  }

  @Test func integersAreScaled() throws {
    try write((0..<6).map { Int32($0) }, genes: 3, cells: 2)
    let examples = try DatasetReader.open(file: path, dataset: "matrix", scale: 0.5)
    #expect(examples.rows([1]) == [0.5, 1.5, 2.5])
  }

  @Test func aValueThatIsNotFiniteIsNamedByItsCell() throws {
    try write([0, 1, .nan, 3, 4, .infinity] as [Float], genes: 2, cells: 3)
    let error = #expect(throws: DatasetError.self) {
      _ = try DatasetReader.open(file: path, dataset: "matrix")
    }
    #expect(error?.code == .notFinite && error?.found == "nan in row 2")
  }

  @Test func withoutTheGroupsOfLoomItIsAMatrixLikeOthers() throws {
    try write([0, 1, 2, 3, 4, 5] as [Float], genes: 2, cells: 3, isLoom: false)
    #expect(try DatasetReader.open(file: path, dataset: "matrix").exampleShape == [3])
  }
}
