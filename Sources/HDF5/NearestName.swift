/// The name of `names` that takes the fewest edits to become `name`; the first of equals.
func nearest(to name: String, among names: [String]) -> String? {
  let wanted = Array(name.unicodeScalars.prefix(256))
  return names.prefix(10_000)
    .map { (name: $0, edits: editDistance(wanted, Array($0.unicodeScalars.prefix(256)))) }
    .min { $0.edits < $1.edits }?.name
}

/// The Levenshtein distance.
private func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
  var row = Array(0...b.count)
  for (i, x) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, y) in b.enumerated() {
      let above = row[j + 1]
      row[j + 1] = min(above + 1, row[j] + 1, diagonal + (x == y ? 0 : 1))
      diagonal = above
    }
  }
  return row[b.count]
}
