import Foundation
import HDF5
import Testing

import Importing

/// Imports files that were damaged at random: each is read or refused, and only the target is written.
enum ImportFuzz {
  /// - Parameters:
  ///   - seeds: Whole files, each of which imports.
  ///   - words: What is put in at random, such as numbers at the edge.
  ///   - folder: What is imported, where it is not the file itself but a folder with nothing else in it.
  static func run(
    _ count: Int, name: String, in folder: String? = nil, format: String, seeds: [[UInt8]],
    words: [String], options: [[String]] = [[]]
  ) throws {
    let scratch = try Scratch()
    if let folder { try scratch.write([], to: "\(folder)/\(name)") }
    let file = scratch.path(folder.map { "\($0)/\(name)" } ?? name)
    let (source, target) = (scratch.path(folder ?? name), scratch.path("out.h5"))
    let name = folder ?? name
    var random = SystemRandomNumberGenerator()
    for seed in seeds {
      try Data(seed).write(to: URL(filePath: file))
      _ = try Importing(source, format: format, options: options[0]).write(to: target)
      try FileManager.default.removeItem(atPath: target)
    }
    for _ in 0..<count {
      let bytes = mutated(seeds.randomElement() ?? [], words, &random)
      let chosen = options.randomElement() ?? []
      try Data(bytes).write(to: URL(filePath: file))
      do {
        _ = try Importing(source, format: format, options: chosen)
          .write(to: target, skipsBad: .random())
        #expect(Set(scratch.names) == [name, "out.h5"])
        try FileManager.default.removeItem(atPath: target)
      } catch {
        let isExpected = error is ImportError || error is HDF5Error
        #expect(isExpected, "\(error) of \(Data(bytes).base64EncodedString())")
        #expect("\(error)".utf8.count < 2000 && !"\(error)".contains("\n"))
        #expect(scratch.names == [name])
      }
    }
  }

  private static func mutated(
    _ bytes: [UInt8], _ words: [String], _ random: inout SystemRandomNumberGenerator
  ) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...4) {
      let place = Int.random(in: 0...bytes.count)
      let end = min(bytes.count, place + Int.random(in: 0...12))
      switch Int.random(in: 0..<6) {
      case 0 where place < bytes.count: bytes[place] ^= 1 << UInt8.random(in: 0..<8)
      case 1 where place < bytes.count: bytes[place] = .random(in: 0...255)
      case 2: bytes.removeSubrange(place...)
      case 3: bytes.removeSubrange(place..<end)
      case 4: bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: 0...bytes.count))
      default: bytes.replaceSubrange(place..<end, with: (words.randomElement() ?? "").utf8)
      }
    }
    return bytes
  }
}

extension Scratch {
  /// Writes a file and imports it to `out.h5`.
  func imported(
    _ name: String, _ bytes: some Sequence<UInt8>, _ options: [String] = [], skipsBad: Bool = false
  ) throws -> (file: HDF5File, summary: ImportSummary) {
    try Data(bytes).write(to: URL(filePath: path(name)))
    let summary = try Importing(path(name), options: options)
      .write(to: path("out.h5"), replacing: true, skipsBad: skipsBad)
    return (try HDF5File(reading: path("out.h5")), summary)
  }

  /// What is said of a file that is refused.
  func refusal(_ name: String, _ bytes: some Sequence<UInt8>, _ options: [String] = []) -> String {
    do {
      _ = try imported(name, bytes, options)
      return "nothing"
    } catch {
      return "\(error)"
    }
  }
}

extension HDF5File {
  /// All elements of a dataset.
  func values<T: HDF5Element & ExpressibleByIntegerLiteral>(_ name: String, _: T.Type) throws -> [T]
  {
    let info = try info(name)
    var values = [T](repeating: 0, count: info.elementCount)
    var span = values.mutableSpan
    try readRows(name, rows: 0..<info.shape[0], into: &span)
    return values
  }
}
