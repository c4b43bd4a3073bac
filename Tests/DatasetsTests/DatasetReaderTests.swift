import Datasets
import Examples
import HDF5
import Testing

@Suite struct DatasetReaderTests {
  let scratch: ScratchFolder
  let path: String

  init() throws {
    scratch = try ScratchFolder()
    path = scratch.path("data.h5")
  }

  /// Writes one dataset `x`.
  private func write<T: HDF5Element>(
    _ values: [T], shape: [Int], attributes: [String: AttributeValue] = [:]
  ) throws {
    let file = try HDF5File.create(at: path)
    try file.write("x", shape: shape, values: values.span)
    for (name, value) in attributes { try file.setAttribute(name, of: "x", to: value) }
    try file.close()
  }

  private func open(
    layout: ImageLayout = .auto, scale: Double? = nil
  ) throws -> any StoredExamples {
    try DatasetReader.open(file: path, dataset: "x", layout: layout, scale: scale)
  }

  private func problem(
    _ dataset: String = "x", layout: ImageLayout = .auto, scale: Double? = nil
  ) -> DatasetError? {
    do {
      _ = try DatasetReader.open(file: path, dataset: dataset, layout: layout, scale: scale)
    } catch { return error as? DatasetError }
    return nil
  }

  @Test func bytesStayBytesAndAreScaledWhenGathered() throws {
    try write((0..<12).map { UInt8($0 * 20) }, shape: [3, 2, 2])
    let examples = try open()
    #expect(examples.exampleCount == 3 && examples.exampleShape == [2, 2, 1])
    #expect(examples.byteCount == 12)
    #expect(
      examples.rows([2, 0, 2])
        == [160, 180, 200, 220, 0, 20, 40, 60, 160, 180, 200, 220].map { $0 * Float(1.0 / 255) })
  }

  @Test func whiteBecomesOne() throws {
    try write([0, 255] as [UInt8], shape: [1, 2])
    #expect(try open().rows([0]) == [0, 1])
  }

  @Test func binaryBytesAreNotScaled() throws {
    try write([0, 1, 1, 0] as [UInt8], shape: [2, 2])
    #expect(try open().rows([1]) == [1, 0])
    #expect(try open(scale: 0.5).rows([1]) == [0.5, 0])
  }

  @Test func theAttributeBeatsTheDefaultAndTheArgumentBoth() throws {
    try write([0, 200] as [UInt8], shape: [1, 2], attributes: ["scale": .real(0.25)])
    #expect(try open().rows([0]) == [0, 50])
    #expect(try open(scale: 2).rows([0]) == [0, 400])
  }

  @Test func floatsComeAsTheyAre() throws {
    let values = (0..<24).map { Float($0) * 0.1 - 1 }
    try write(values, shape: [2, 2, 3, 2])
    let examples = try open()
    #expect(examples.exampleShape == [2, 3, 2])
    #expect(examples.rows([0, 1]) == values)
    #expect(try open(scale: 3).rows([0, 1]) == values.map { $0 * 3 })
  }

  @Test func doublesAreRounded() throws {
    try write([0.1, .pi, -1e-300], shape: [1, 3])
    #expect(try open().rows([0]) == [0.1, Float(Double.pi), 0])
  }

  /// Element `[n, c, h, w]` holds `1000 n + 100 c + 10 h + w`.
  @Test(arguments: [true, false])
  func channelsFirstIsTransposedWhenDeclared(byAttribute: Bool) throws {
    let (n, c, h, w) = (2, 3, 5, 6)
    var stored: [Float] = []
    var wanted: [Float] = []
    for i in 0..<n * c * h * w {
      stored.append(
        Float(1000 * (i / (c * h * w)) + 100 * (i / (h * w) % c) + 10 * (i / w % h) + i % w))
      wanted.append(
        Float(1000 * (i / (c * h * w)) + 100 * (i % c) + 10 * (i / (c * w) % h) + i / c % w))
    }
    try write(
      stored, shape: [n, c, h, w], attributes: byAttribute ? ["layout": .string("NCHW")] : [:])
    let examples = try open(layout: byAttribute ? .auto : .channelsFirst)
    #expect(examples.exampleShape == [5, 6, 3])
    #expect(examples.rows([0, 1]) == wanted)
    #expect(try open(layout: .channelsLast).rows([0, 1]) == stored)
  }

  @Test func undeclaredChannelsFirstIsAsked() throws {
    try write([Float](repeating: 0, count: 2 * 3 * 8 * 8), shape: [2, 3, 8, 8])
    #expect(problem()?.code == .ambiguousLayout)
  }

  /// More rows than a block and than a chunk, with a ragged end, each told by its first element.
  @Test(arguments: [ImageLayout.channelsLast, .channelsFirst])
  func manyBlocksJoin(layout: ImageLayout) throws {
    let (rows, size) = (3001, 2 * 30 * 30)
    var values = [Float](repeating: 0, count: rows * size)
    for row in 0..<rows {
      values[row * size] = Float(row)
      values[row * size + size - 1] = Float(-row)
    }
    try write(values, shape: layout == .channelsLast ? [rows, 30, 30, 2] : [rows, 2, 30, 30])
    let examples = try open(layout: layout)
    try examples.finishReading()
    let back = examples.rows((0..<UInt32(rows)).map { $0 })
    #expect((0..<rows).allSatisfy { back[$0 * size] == Float($0) })
    #expect((0..<rows).allSatisfy { back[$0 * size + size - 1] == Float(-$0) })
  }

  @Test func valuesThatAreNotFiniteAreNamedByRow() throws {
    var values = [Float](repeating: 0, count: 3000 * 700)
    values[2500 * 700 + 3] = .nan
    values[2600 * 700] = .infinity
    try write(values, shape: [3000, 700])
    #expect(problem()?.code == .notFinite && problem()?.found == "nan in row 2500")
  }

  @Test func doublesBeyondFloatsAreNotFinite() throws {
    try write([0, 1, 0, 1e39], shape: [2, 2])
    #expect(problem()?.found == "inf in row 1")
  }

  @Test func shapesAndAttributesThatDoNotFitAreTold() throws {
    let file = try HDF5File.create(at: path)
    let bytes = [UInt8](repeating: 0, count: 6)
    try file.write("flat", shape: [6], values: bytes.span)
    try file.write("deep", shape: [1, 1, 1, 2, 3], values: bytes.span)
    try file.write("none", shape: [0, 6], values: ([UInt8]()).span)
    for (name, attribute, value) in [
      ("a", "layout", AttributeValue.string("HWCN")), ("b", "scale", .string("1/255")),
      ("c", "scale", .real(.nan)), ("d", "scale", .integer(0)),
    ] {
      try file.write(name, shape: [2, 3], values: bytes.span)
      try file.setAttribute(attribute, of: name, to: value)
    }
    try file.close()
    #expect(problem("flat")?.code == .wrongShape)
    #expect(problem("deep")?.code == .wrongShape)
    #expect(problem("none")?.code == .empty)
    for name in ["a", "b", "c", "d"] { #expect(problem(name)?.code == .wrongAttribute, "\(name)") }
  }

  @Test func aMissingFileSaysHowToMakeOne() {
    let error = problem()
    #expect(error?.code == .missingFile)
    #expect(error?.remedy.contains("vae-dp data mnist --from DIR -o \(path)") == true)
  }

}
