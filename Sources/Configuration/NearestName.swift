/// The one of `names` that `word` probably stands for, or nil if none is close.
///
/// Names of which `word` is a beginning, or that begin `word`, come first (letter case ignored), the
/// most similar length before others; then the fewest edits (insertion, deletion, substitution, or
/// swap of neighbours), at most `max(2, word.count / 3)` and never all letters. Ties go to the
/// earlier name.
public func nearestName(to word: String, among names: [String]) -> String? {
  guard word.utf8.count <= 100 else { return nil }  // No typing error of a name, and costly.
  let wanted = Array(word.lowercased())
  var best: (name: String, rank: Int)?
  for name in names {
    let candidate = Array(name.lowercased())
    guard let rank = rank(of: candidate, for: wanted), rank < (best?.rank ?? .max) else { continue }
    best = (name, rank)
  }
  return best?.name
}

/// How far `name` is from `word`; beginnings rank before everything else; nil for too far.
private func rank(of name: [Character], for word: [Character]) -> Int? {
  let shorter = min(name.count, word.count)
  if shorter >= min(3, word.count), shorter > 1, name.starts(with: word) || word.starts(with: name)
  {
    return abs(name.count - word.count)
  }
  let edits = editDistance(name, word)
  guard edits <= max(2, word.count / 3), edits < max(name.count, word.count) else { return nil }
  return 1000 + edits
}

/// Damerau-Levenshtein distance in its "optimal string alignment" form.
///
/// - Source: Damerau, "A technique for computer detection and correction of spelling errors", 1964.
private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
  var (twoBack, previous) = ([Int](), Array(0...b.count))
  for i in a.indices {
    var row = [i + 1]
    for j in b.indices {
      var cost = previous[j] + (a[i] == b[j] ? 0 : 1)
      cost = min(cost, previous[j + 1] + 1, row[j] + 1)
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
        cost = min(cost, twoBack[j - 1] + 1)
      }
      row.append(cost)
    }
    (twoBack, previous) = (previous, row)
  }
  return previous[b.count]
}
