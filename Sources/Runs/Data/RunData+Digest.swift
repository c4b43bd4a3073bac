internal import Checkpoints
internal import DataParallel
internal import Examples
internal import Export
internal import Training

extension RunData {
  /// SHA-256 of a sample of the examples as they lie in the file, whatever their split: their number,
  /// and 64 of them from four places, with their fields; of classes, all. So that a training that goes on notices
  /// other data; a change of single rows may pass.
  ///
  /// - Throws: `DatasetError` or `HDF5Error` for what is wrong with the data there.
  /// - Complexity: reads the blocks of four places, however large the data are.
  public func digest() throws -> String {
    var bytes: [UInt8] = []
    var seen: [ExampleSource] = []
    for source in [training, validation].compactMap({ $0?.source })
    where !seen.contains(where: { $0 === source }) {
      seen.append(source)
      let count = source.exampleCount
      let places =
        count <= 64
        ? [0..<count] : (0..<4).map { (count - 16) * $0 / 3..<(count - 16) * $0 / 3 + 16 }
      let rows = places.joined().map { UInt32($0) }
      for field in source.fields {
        guard let values = source[field.name] else { continue }
        // The data come first, and their name is known.
        let name = field.name == Field.data ? "\(count)" : field.name
        bytes += Array("\(name) \(field.shape) ".utf8)
        if let labels = values as? ClassExamples {
          bytes += Array(labels.names.joined(separator: "\0").utf8) + [0]
          bytes += labels.indices.flatMap { index in
            (0..<4).map { UInt8(truncatingIfNeeded: index >> (8 * $0)) }
          }
        } else {
          bytes += [UInt8](littleEndian: try values.values(at: rows))
        }
      }
    }
    return hexadecimalSHA256(of: bytes)
  }
}
