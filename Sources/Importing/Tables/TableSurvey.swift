/// What the first pass over a table sees.
struct TableSurvey: Sendable {
  private(set) var columns: [ColumnSurvey]
  private(set) var rowCount = 0
  private var problem: ImportError?

  private init(collects: [Bool]) { columns = collects.map { ColumnSurvey(collects: $0) } }

  /// Looks at all values.
  ///
  /// - Throws: `ImportError` for a record that is wrong, where such are not left out.
  init(
    _ file: TableFile, _ options: TableOptions, skipsBad: Bool, _ step: (Double) throws -> Void
  ) throws {
    var whole = TableSurvey(collects: file.names.map { _ in true })
    try file.pass(
      step, context: { whole.columns.map { $0.texts != nil } },
      { block, collects in
        TableSurvey(of: block, file, options, collects: collects, skipsBad: skipsBad)
      },
      take: { part in
        if let problem = part.problem { throw problem }
        for i in whole.columns.indices { whole.columns[i].add(part.columns[i], options) }
        whole.rowCount += part.rowCount
      })
    self = whole
  }

  private init(
    of block: TextBlock, _ file: TableFile, _ options: TableOptions, collects: [Bool],
    skipsBad: Bool
  ) {
    self.init(collects: collects)
    var (first, columns, count) = (ImportError?.none, columns, 0)
    file.forEachRecord(
      of: block,
      problem: { found in
        if !skipsBad { first = found }
        return skipsBad
      },
      { text, fields, line in
        count += 1
        for i in fields.indices {
          if fields[i].hasDoubledQuotes {
            let bytes = text.bytes(of: fields[i])
            columns[i].add(bytes.span, 0..<bytes.count, line: line, options)
          } else {
            columns[i].add(text, fields[i].range, line: line, options)
          }
        }
      })
    (self.columns, rowCount, problem) = (columns, count, first)
  }
}
