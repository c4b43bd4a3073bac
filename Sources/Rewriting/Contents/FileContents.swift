internal import HDF5

/// What of a file goes by examples, and what is copied as it is.
struct FileContents {
  /// Examples, with everything that has a row for each.
  struct Examples {
    /// The folder that holds them; empty for the whole file.
    var folder: String
    /// The examples themselves.
    var data: String
    var rowCount: Int
    /// Paths of all that has as many rows, the data first.
    var fields: [String]
    /// What lies in a group beside such a field, as categories lie beside codes: it goes wherever that goes.
    var companions: [String]

    /// A path without the folder.
    func name(of path: String) -> String {
      folder.isEmpty ? path : String(path.dropFirst(folder.count + 1))
    }
  }

  let file: HDF5File
  let path: String
  private(set) var sets: [Examples] = []
  /// Datasets that are copied whole.
  private(set) var others: [String] = []
  let groups: [String]
  private(set) var notes: [String] = []
  /// Matrices in CSR form.
  private let matrices: Set<String>

  /// Folders that are taken for parts of a data set.
  static let partNames = ["train", "training", "validation", "valid", "val", "test"]

  /// The most objects of a file that is rewritten.
  private static let mostObjects = 10_000

  /// Looks at a file.
  ///
  /// - Throws: `RewriteError`, `HDF5Error`.
  init(_ path: String, _ options: ContentOptions) throws {
    self.path = path
    file = try HDF5File(reading: path)
    let objects = try file.objects(limit: Self.mostObjects + 1)
    guard objects.count <= Self.mostObjects else {
      throw RewriteError(
        code: .unsupported, file: path, expected: "at most \(Self.mostObjects) objects",
        found: "more", remedy: "Copy what is needed into a file of its own.")
    }
    let known = Set(objects.map(\.path))
    let isLeftOut = { (name: String) in
      options.without.contains { name == $0 || name.hasPrefix($0 + "/") }
    }
    let kept = objects.filter { !isLeftOut($0.path) }
    groups = kept.filter { $0.kind == .group }.map(\.path)
    let all = Set(kept.map(\.path))
    let sparse = groups.filter { group in
      CSRMember.allCases.allSatisfy { all.contains("\(group)/\($0)") }
    }
    matrices = Set(sparse)
    for object in kept {
      if case .other(let reason) = object.kind {
        notes.append("left out: \(object.path), \(reason)")
      }
    }
    let datasets = kept.filter { $0.kind == .dataset }.map(\.path).filter { path in
      !sparse.contains { group in
        path.hasPrefix(group + "/")
          && (CSRMember.allCases.map(\.rawValue) + ["shape"]).contains(
            String(path.dropFirst(group.count + 1)))
      }
    }
    for name in options.whole.union(options.without).sorted() where !known.contains(name) {
      throw missing(name)
    }
    try findSets(datasets, options)
    let used = Set(sets.flatMap { $0.fields + $0.companions })
    others = (datasets + sparse).filter { !used.contains($0) }
  }

  /// An error about the file.
  func problem(
    _ code: RewriteFault, at object: String = "", _ expected: String, _ found: String,
    _ remedy: String
  ) -> RewriteError {
    RewriteError(
      code: code, file: path, object: object, expected: expected, found: found, remedy: remedy)
  }

  private func missing(_ name: String) -> RewriteError {
    problem(
      .missingField, at: name, "an object of this name", "none",
      "'vae-dp inspect' lists what is in the file.")
  }

  /// Opens something that has a row for each example.
  func field(_ path: String, _ storage: StorageOptions) throws -> any RowField {
    if matrices.contains(path) { return try SparseField(self, path, storage) }
    if try file.info(path).elementType == .string { return try TextField(self, path, storage) }
    return try DenseField(self, path, storage)
  }

  /// Whether a path is a matrix in CSR form.
  func isMatrix(_ path: String) -> Bool { matrices.contains(path) }
}

extension FileContents {
  private mutating func findSets(_ datasets: [String], _ options: ContentOptions) throws {
    var extents: [String: [Int]] = [:]
    for path in datasets { extents[path] = try file.info(path).shape }
    for path in matrices { extents[path] = try SparseField.shape(of: path, in: self) }
    let folders = Self.partNames.filter { name in
      extents.contains { $0.key.hasPrefix(name + "/") && !$0.value.isEmpty }
    }
    for folder in folders.isEmpty ? [""] : folders {
      let inside = extents.filter { folder.isEmpty || $0.key.hasPrefix(folder + "/") }
      let named = options.examples.map { name in
        [joined(folder, name), name].first { inside[$0] != nil } ?? name
      }
      guard let data = named ?? Self.likelyData(inside, folder), let rows = inside[data]?.first,
        rows > 0
      else {
        if folders.count > 1 { continue }
        throw problem(
          .noExamples, at: named ?? folder, "examples: a dataset with a row for each",
          inside.isEmpty ? "no dataset" : "none with rows",
          "Name them with examples=NAME; 'vae-dp inspect' lists what is in the file.")
      }
      var examples = Examples(
        folder: folder, data: data, rowCount: rows, fields: [data], companions: [])
      let others = inside.keys.sorted().filter { $0 != data }
      examples.fields += others.filter {
        inside[$0]?.first == rows && !options.whole.contains($0)
      }
      let homes = Set(examples.fields.map(Self.folder)).subtracting([folder])
      examples.companions = others.filter {
        homes.contains(Self.folder(of: $0)) && !examples.fields.contains($0)
      }
      noteAmbiguity(examples, inside)
      sets.append(examples)
    }
    guard !sets.isEmpty else {
      throw problem(
        .noExamples, "examples: a dataset with a row for each", "none",
        "Name them with examples=NAME; 'vae-dp inspect' lists what is in the file.")
    }
  }

  /// A list as long as the examples are many and as they are wide may be of either.
  private mutating func noteAmbiguity(_ examples: Examples, _ extents: [String: [Int]]) {
    guard let shape = extents[examples.data], shape.count == 2, shape[0] == shape[1] else { return }
    for path in examples.fields.dropFirst() where extents[path]?.count == 1 {
      notes.append(
        "\(path) was taken for one of each example; if it is of columns, say whole=\(path)")
    }
  }

  private static func likelyData(_ extents: [String: [Int]], _ folder: String) -> String? {
    let prefix = folder.isEmpty ? "" : folder + "/"
    let usual = ["x", "images", "data", "X"].map { prefix + $0 }
      .first { (extents[$0]?.count ?? 0) >= 2 }
    if let usual { return usual }
    let size = { (shape: [Int]) in shape.reduce(1.0) { $0 * Double($1) } }
    // The largest with columns, else the longest list; of equals the first by name.
    return extents.filter { ($0.value.first ?? 0) > 0 }.sorted { $0.key < $1.key }
      .enumerated().max { a, b in
        let (left, right) = (a.element.value, b.element.value)
        return (left.count > 1 ? 1 : 0, size(left), -a.offset)
          < (right.count > 1 ? 1 : 0, size(right), -b.offset)
      }?.element.key
  }

  /// The folder of a path; empty for the root.
  static func folder(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
  }
}
