internal import Configuration

/// What becomes of each column.
struct TablePlan: Sendable {
  enum Use: Sendable {
    case ignored
    /// A number, at this place of `x`.
    case number(Int)
    /// A date or time, at this place of `x`.
    case date(Int)
    /// The label, a number or a date.
    case label(isDate: Bool)
    /// A place in `categories`.
    case category(Int)
  }

  let file: TableFile
  let options: TableOptions
  private(set) var uses: [Use] = []
  private(set) var categories: [TableCategory] = []
  /// Names of the columns of `x`.
  private(set) var columns: [String] = []
  private(set) var hasLabelNumbers = false
  private var fields = UniqueNames(["x", "mask", "columns", "labels"])
  /// What a user is told.
  private(set) var notes: [String] = []

  /// Decides by what all values are, and by what the user says.
  ///
  /// - Throws: `ImportError` for names that are not there, and for columns that need a decision.
  init(_ file: TableFile, _ options: TableOptions, _ survey: TableSurvey, skipsBad: Bool) throws {
    (self.file, self.options) = (file, options)
    try requireNames()
    var leftOut: [String] = []
    for (i, name) in file.names.enumerated() {
      let column = survey.columns[i]
      let isAsked = options.columns.contains(name) || options.labels == name
      let isWanted = isAsked || options.columns.isEmpty && !options.excluded.contains(name)
      let reason: String?
      if !isWanted || options.excluded.contains(name) {
        reason = "not asked for"
      } else if i == 0, file.hasUnnamedFirst, !isAsked {
        reason = "numbers of rows, as it has no name"
      } else if column.presentCount == 0 {
        reason = "all its values are missing"
      } else {
        reason = try use(i, column, isAsked: isAsked, skipsBad: skipsBad)
      }
      if let reason {
        uses.append(.ignored)
        if reason != "not asked for" { leftOut.append("'\(name)' (\(reason))") }
      }
    }
    try refuseMissing(survey)
    if !leftOut.isEmpty { notes.append("Left out: \(listed(leftOut)).") }
    guard !columns.isEmpty else {
      throw file.source.problem(
        .unsupported, "at least one column of numbers or dates",
        "none among \(listed(file.names.map { "'\($0)'" }))",
        categories.isEmpty
          ? "Check delimiter= and columns=."
          : "Say categories=onehot to have a column of x for each category.")
    }
    guard columns.count <= ImportLimits.rowElements else {
      throw file.source.rowTooLong(columns.count)
    }
    notes.insert("x: \(columns.count) columns, \(listed(columns)).", at: 0)
  }

  /// Adds a use for a column with values; or says why it has none.
  private mutating func use(
    _ i: Int, _ column: ColumnSurvey, isAsked: Bool, skipsBad: Bool
  ) throws(ImportError) -> String? {
    let name = file.names[i]
    let isLabel = options.labels == name
    let fitsClasses = isLabel && column.isWhole && column.texts != nil
    if options.categorical.contains(name) || fitsClasses && column.isMostlyNumbers
      || !column.isMostlyNumbers && !column.isDates
    {
      return try category(i, column, isAsked: isAsked)
    }
    if let other = column.firstOther, !column.isDates, !skipsBad {
      throw file.source.problem(
        .malformed, at: "line \(other.line), column '\(name)'",
        "a number, as in \(column.numberCount) other lines", other.text,
        "Mend it, or say missingTexts=[…], categorical=[…] or exclude=[…], or leave such lines out with --skip-bad."
      )
    }
    if isLabel {
      hasLabelNumbers = true
      uses.append(.label(isDate: column.isDates))
      notes.append("labels: numbers, of column '\(name)'.")
      return nil
    }
    uses.append(column.isDates ? .date(columns.count) : .number(columns.count))
    columns.append(name)
    if column.isDates {
      notes.append("'\(name)': dates, in \(options.dates.rawValue) from dateOrigin.")
    } else if column.isWhole, column.largest > 16_777_216 {
      notes.append(
        "'\(name)' has whole numbers above 16,777,216: float32 rounds them, so exclude it if it is an identifier."
      )
    }
    return nil
  }

  private mutating func category(
    _ i: Int, _ column: ColumnSurvey, isAsked: Bool
  ) throws(ImportError) -> String? {
    let name = file.names[i]
    guard let texts = column.texts else {
      let reason = "more than \(options.categoryLimit) different texts"
      guard isAsked || options.categorical.contains(name) else { return reason }
      throw file.source.problem(
        .unsupported, at: "column '\(name)'",
        "numbers, or at most \(options.categoryLimit) different texts", "more",
        "Raise categoryLimit (to \(ImportLimits.classes) at most), or leave the column out.")
    }
    let isLabel = options.labels == name
    var category = try TableCategory(
      texts, hasMissing: column.missingCount > 0 && options.missing != .drop,
      field: isLabel ? "labels" : fields.dataset(name), name, file.source)
    uses.append(.category(categories.count))
    if options.categories == .onehot, !isLabel {
      category.firstColumn = columns.count
      let shown = options.missing == .mask ? texts.count : category.names.count
      category.columnCount = shown
      columns += category.names[..<shown].map { "\(name)=\($0)" }
    }
    categories.append(category)
    let missing = category.missing == nil ? "" : ", one of them for missing values"
    notes.append("\(category.field): \(category.names.count) classes\(missing).")
    return nil
  }
}

extension TablePlan {
  /// Columns that a user names must be there.
  private func requireNames() throws(ImportError) {
    let known = Set(file.names)
    let asked = options.columns + options.excluded + options.categorical
    for name in asked + [options.labels].compactMap({ $0 }) where !known.contains(name) {
      let near = nearestName(to: name, among: Array(file.names.prefix(1000)))
      throw file.source.problem(
        .mismatch, "columns \(listed(file.names.map { "'\($0)'" }))", "no '\(name)'",
        near.map { "Did you mean '\($0)'?" } ?? "Name one that is there.")
    }
  }

  /// Numbers that are missing need a decision.
  private func refuseMissing(_ survey: TableSurvey) throws(ImportError) {
    var (missing, first) = ([String](), (line: Int.max, place: "", text: ""))
    for (i, column) in survey.columns.enumerated() {
      switch uses[i] {
      case .number, .date:
        guard options.missing == .refuse else { continue }
      case .label:
        guard options.missing != .drop else { continue }
      case .ignored, .category: continue
      }
      guard let sight = column.firstMissing else { continue }
      missing.append("'\(file.names[i])' \(column.missingCount)")
      if sight.line < first.line {
        first = (sight.line, "line \(sight.line), column '\(file.names[i])'", sight.text)
      }
    }
    guard !missing.isEmpty else { return }
    throw file.source.problem(
      .unsupported, at: first.place, "a number",
      "\(first.text) (of \(survey.rowCount) rows miss it: \(listed(missing)))",
      "Say missing=drop to leave such rows out, or missing=mask for 0 in x and a field mask of what is there (not for labels)."
    )
  }

  private func listed(_ names: [String]) -> String {
    let shown = names.prefix(20).map { String($0.prefix(60)) }.joined(separator: ", ")
    return names.count > 20 ? "\(shown), … (\(names.count))" : shown
  }
}
