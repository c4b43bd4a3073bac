import Foundation
import HDF5
import Testing

import Importing

@Suite struct WAVTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func convert(_ source: String, _ options: String...) throws -> HDF5File {
    let path = scratch.path("out-\(UUID()).h5")
    _ = try Importing(scratch.path(source), options: options).write(to: path)
    return try HDF5File(reading: path)
  }

  struct Coding: Sendable {
    let code, bits: Int
    let bytes: [UInt8]
    let values: [Float]
  }

  private static let sixteen: [UInt8] = [0, 0x80, 0, 0, 0xFF, 0x7F]
  private static let twentyFour: [UInt8] = [0, 0, 0x80, 1, 0, 0, 0xFF, 0xFF, 0x7F]
  private static let thirtyTwo: [UInt8] = [0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0x40]
  private static let single: [UInt8] = [0, 0, 0x80, 0xBF, 0, 0, 0, 0, 0, 0, 0x40, 0x3F]
  private static let double: [UInt8] =
    [0, 0, 0, 0, 0, 0, 0xF0, 0xBF] + [UInt8](repeating: 0, count: 14) + [0xE8, 0x3F]

  /// Lowest, middle and highest values of each coding.
  static let codings: [Coding] = [
    Coding(code: 1, bits: 8, bytes: [0, 128, 255], values: [-1, 0, 0.9921875]),
    Coding(code: 1, bits: 16, bytes: sixteen, values: [-1, 0, 1 - 0x1p-15]),
    Coding(code: 1, bits: 24, bytes: twentyFour, values: [-1, 0x1p-23, 1 - 0x1p-23]),
    Coding(code: 1, bits: 32, bytes: thirtyTwo, values: [-1, 0, 0.5]),
    Coding(code: 3, bits: 32, bytes: single, values: [-1, 0, 0.75]),
    Coding(code: 3, bits: 64, bytes: double, values: [-1, 0, 0.75]),
  ]

  @Test(arguments: codings)
  func everyCodingIsRead(coding: Coding) throws {
    for isExtensible in [false, true] {
      try scratch.write(
        wav(coding.code, coding.bits, coding.bytes, isExtensible: isExtensible), to: "a.wav")
      let file = try convert("a.wav")
      #expect(try file.read("x", as: Float.self) == coding.values)
      #expect(try file.info("x").shape == [1, 3])
      #expect(try file.attribute("sampleRate", of: "x") == .integer(8000))
    }
  }

  @Test func windowsOverlapTouchOrLeaveGaps() throws {
    try scratch.write(wav(1, 8, (0..<10).map { 128 + $0 }), to: "a.wav")
    func starts(_ stride: Int) throws -> [Float] {
      let values = try convert("a.wav", "length=3", "stride=\(stride)").read("x", as: Float.self)
      return Swift.stride(from: 0, to: values.count, by: 3).map { values[$0] * 128 }
    }
    #expect(try starts(1) == [0, 1, 2, 3, 4, 5, 6, 7])
    #expect(try starts(2) == [0, 2, 4, 6])
    #expect(try starts(3) == [0, 3, 6])
    #expect(try starts(5) == [0, 5])
    #expect(
      try convert("a.wav", "length=4").read("x", as: Float.self).map { $0 * 128 } == [
        0, 1, 2, 3, 4, 5, 6, 7,
      ])
  }

  @Test func channelsAreKeptOrAveraged() throws {
    try scratch.write(wav(1, 8, [128, 192, 64, 64], channels: 2), to: "a.wav")
    #expect(try convert("a.wav").read("x", as: Float.self) == [0, 0.5, -0.5, -0.5])
    #expect(try convert("a.wav").info("x").shape == [1, 2, 2])
    #expect(try convert("a.wav", "channels=mean").read("x", as: Float.self) == [0.25, -0.5])
  }

  @Test func filesAreToldApart() throws {
    try scratch.write(wav(1, 8, [128, 129, 130]), to: "set/yes/b.wav")
    try scratch.write(wav(1, 8, [1, 2]), to: "set/no/a.wav")
    let file = try convert("set", "length=1")
    #expect(try file.read("file", as: Int32.self) == [0, 0, 1, 1, 1])
    #expect(try file.readStrings("names") == ["no/a.wav", "yes/b.wav"])
    #expect(try file.read("labels", as: Int32.self) == [0, 0, 1, 1, 1])
  }

  @Test func filesThatDoNotFitAreRefused() throws {
    try scratch.write(wav(1, 8, [1, 2]), to: "set/a.wav")
    for (name, bytes, word) in [
      ("rate", wav(1, 8, [1, 2], rate: 44100), "-ar 8000"),
      ("length", wav(1, 8, [1, 2, 3]), "length=2"),
      ("channels", wav(1, 8, [1, 2, 3, 4], channels: 2), "channels=mean"),
      ("format", wav(2, 4, [1, 2]), "ffmpeg"), ("cut", wav(1, 8, [1, 2]).dropLast(), "again"),
      ("empty", wav(1, 8, []), "at least 1 samples"),
    ] {
      try scratch.write(Array(bytes), to: "set/b.wav")
      do {
        _ = try convert("set")
        Issue.record("\(name): no error")
      } catch let error as ImportError {
        #expect(error.file.hasSuffix("b.wav") && "\(error)".contains(word), "\(name): \(error)")
      }
    }
  }

  /// What a program writes that does not know how long its output will be.
  @Test func aFileWithoutItsLengthIsReadToItsEnd() throws {
    var bytes = wav(1, 16, [1, 0, 2, 0, 3, 0, 4])
    for place in 40..<44 { bytes[place] = 0xFF }
    try scratch.write(bytes, to: "a.wav")
    #expect(
      try convert("a.wav", "length=3").read("x", as: Float.self).map { $0 * 32768 } == [1, 2, 3])
  }
}

/// A WAV file, with a chunk of odd size before its sound where it is extensible.
func wav(
  _ code: Int, _ bits: Int, _ data: [UInt8], channels: Int = 1, rate: Int = 8000,
  isExtensible: Bool = false
) -> [UInt8] {
  func little(_ number: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }
  let frame = channels * bits / 8
  var format =
    little(isExtensible ? 0xFFFE : code, 2) + little(channels, 2) + little(rate, 4)
    + little(rate * frame, 4) + little(frame, 2) + little(bits, 2)
  if isExtensible {
    format += little(22, 2) + little(bits, 2) + little(0, 4) + little(code, 2)
    format += [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]
  }
  let chunks =
    Array("fmt ".utf8) + little(format.count, 4) + format
    + (isExtensible ? Array("LIST".utf8) + little(3, 4) + [1, 2, 3, 0] : [])
    + Array("data".utf8) + little(data.count, 4) + data
  return Array("RIFF".utf8) + little(4 + chunks.count, 4) + Array("WAVE".utf8) + chunks
}
