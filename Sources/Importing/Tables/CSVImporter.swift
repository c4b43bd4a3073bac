internal import Configuration

/// A table in text, a row for each example.
struct CSVImporter: Importer {
  static let name = "csv"
  static let meaning =
    "A table in text (.csv, .tsv, .tab, also .gz) in UTF-8, quoted as RFC 4180 has it. Columns of numbers and dates become x, "
    + "and their names the list columns; columns of texts become fields of classes."

  private let options: TableOptions

  static func recognises(_ source: ImportSource) -> Bool {
    ["csv", "tsv", "tab"].contains(source.suffix)
  }

  init(reading reader: inout ObjectReader) throws(ConfigurationError) {
    options = try TableOptions(reading: &reader)
  }

  func read(_ source: ImportSource, into output: ImportOutput, _ progress: ImportProgress) throws {
    let file = try TableFile(source, options)
    progress.note(file.note)
    let survey = try TableSurvey(file, options, skipsBad: progress.skipsBad) {
      try progress.reached($0 / 2)
    }
    let plan = try TablePlan(file, options, survey, skipsBad: progress.skipsBad)
    for note in plan.notes { progress.note(note) }
    try write(plan, output, progress)
  }

  private func write(
    _ plan: TablePlan, _ output: ImportOutput, _ progress: ImportProgress
  ) throws {
    let width = plan.columns.count
    // Numbers with a fraction hardly get smaller, and packing them takes longer than all else.
    let x = try output.rows("x", shape: [width], of: Float.self, deflate: 0)
    let mask =
      options.missing == .mask ? try output.rows("mask", shape: [width], of: UInt8.self) : nil
    let classes = try plan.categories.map { try output.classes($0.field, $0.names) }
    let labels =
      plan.hasLabelNumbers ? try output.rows("labels", shape: [], of: Float.self) : nil
    try output.texts("columns", plan.columns)
    var dropped = 0
    try plan.file.pass(
      { try progress.reached(0.5 + $0 / 2) }, context: {},
      { block, _ in TableRows(of: block, plan) },
      take: { rows in
        for problem in rows.problems {
          try progress.skip(problem)
          guard progress.skipped.count <= TableRows.mostProblems else { throw problem }
        }
        try x.append(rows.x)
        try mask?.append(rows.mask)
        for (writer, places) in zip(classes, rows.classes) { try writer.append(places: places) }
        try labels?.append(rows.labels)
        dropped += rows.droppedCount
      })
    if dropped > 0 { progress.note("\(dropped) rows with missing values are left out.") }
  }
}
