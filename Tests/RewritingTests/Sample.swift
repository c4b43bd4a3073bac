import HDF5

/// A small file of every kind of field, made in a scratch folder.
func writeSample(_ path: String, rows: Int = 1000, folder: String = "") throws {
  try HDF5File.write(to: path) { file in
    let name = { (field: String) in folder + field }
    let numbers = (0..<rows * 3).map { Float($0) }
    try file.write(name("x"), shape: [rows, 3], values: numbers.span, deflate: 4)
    try file.setAttribute("scale", of: name("x"), to: .real(0.5))
    let ids = (0..<rows).map { Int64($0) }
    try file.write(name("id"), shape: [rows], values: ids.span)
    let labels = (0..<rows).map { Int32(min(3, $0 % 11)) }
    try file.write(name("labels"), shape: [rows], values: labels.span)
    try file.setAttribute("classes", of: name("labels"), to: .strings(["a", "b", "c", "d"]))
    try file.writeStrings(name("patient"), (0..<rows).map { "p\($0 % 17)" })
    let times = (0..<rows).map { Double($0 * 7 % rows) }
    try file.write(name("time"), shape: [rows], values: times.span)
    // Row r has r % 4 non-zeros.
    var starts: [Int64] = [0]
    var (columns, values): ([Int32], [Float]) = ([], [])
    for row in 0..<rows {
      for column in 0..<row % 4 {
        columns.append(Int32(column))
        values.append(Float(row))
      }
      starts.append(Int64(columns.count))
    }
    try file.write(name("counts/data"), shape: [values.count], values: values.span)
    try file.write(name("counts/indices"), shape: [columns.count], values: columns.span)
    try file.write(name("counts/indptr"), shape: [rows + 1], values: starts.span)
    try file.setAttribute("shape", of: name("counts"), to: .integers([rows, 5]))
    try file.writeStrings("vocabulary", ["v", "w", "x", "y", "z"])
    let mean = [2.5]
    try file.write("mean", shape: [], values: mean.span)
    try file.setAttribute("generator", of: "/", to: .string("a test"))
  }
}

/// What `writeSample` says of the examples `ids`, compared with what a folder of a file holds.
func matches(_ file: HDF5File, _ folder: String, _ ids: [Int64]) throws -> Bool {
  let name = { (field: String) in folder + field }
  let starts = try file.read(name("counts/indptr"), as: Int64.self)
  let sizes: [Int64] = zip(starts, starts.dropFirst()).map { $1 - $0 }
  let x: [Float] = ids.flatMap { id in [3 * id, 3 * id + 1, 3 * id + 2].map { Float($0) } }
  let labels: [Int32] = ids.map { Int32(min(3, $0 % 11)) }
  let values: [Float] = ids.flatMap { id in [Float](repeating: Float(id), count: Int(id % 4)) }
  let columns: [Int32] = ids.flatMap { id in (0..<Int32(id % 4)).map { $0 } }
  let found = [
    try file.read(name("x"), as: Float.self) == x,
    try file.read(name("labels"), as: Int32.self) == labels,
    try file.readStrings(name("patient")) == ids.map { "p\($0 % 17)" },
    sizes == ids.map { $0 % 4 },
    try file.read(name("counts/data"), as: Float.self) == values,
    try file.read(name("counts/indices"), as: Int32.self) == columns,
    try file.attribute("shape", of: name("counts")) == .integers([ids.count, 5]),
    try file.attribute("scale", of: name("x")) == .real(0.5),
    try file.attribute("classes", of: name("labels")) == .strings(["a", "b", "c", "d"]),
    try file.readStrings("vocabulary") == ["v", "w", "x", "y", "z"],
    try file.read("mean", as: Double.self) == [2.5],
    try file.attribute("generator", of: "/") == .string("a test"),
  ]
  return !found.contains(false)
}
