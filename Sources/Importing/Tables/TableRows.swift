/// The rows of a block, as they are written.
struct TableRows: Sendable {
  private(set) var x: [Float] = []
  private(set) var mask: [UInt8] = []
  /// Classes of each category.
  private(set) var classes: [[Int32]]
  private(set) var labels: [Float] = []
  /// Rows left out because of missing values.
  private(set) var droppedCount = 0
  private(set) var problems: [ImportError] = []

  /// What a row cannot be taken in for.
  private enum Obstacle {
    case missing
    case wrong(expected: String)
  }

  /// More lines that are wrong are none of a few.
  static let mostProblems = 1000

  init(of block: TextBlock, _ plan: TablePlan) {
    classes = plan.categories.map { _ in [] }
    var rows = TableRows(classCount: plan.categories.count)
    plan.file.forEachRecord(
      of: block,
      problem: { found in
        rows.problems.append(found)
        return rows.problems.count <= Self.mostProblems
      },
      { text, fields, line in
        if rows.problems.count <= Self.mostProblems { rows.add(text, fields, line, plan) }
      })
    self = rows
  }

  private init(classCount: Int) { classes = [[Int32]](repeating: [], count: classCount) }

  private mutating func add(
    _ text: Span<UInt8>, _ fields: [TableField], _ line: Int, _ plan: TablePlan
  ) {
    let first = x.count
    x.append(contentsOf: repeatElement(0, count: plan.columns.count))
    if plan.options.missing == .mask {
      mask.append(contentsOf: repeatElement(1, count: plan.columns.count))
    }
    let (counts, labelCount) = (classes.map(\.count), labels.count)
    for i in fields.indices {
      if case .ignored = plan.uses[i] { continue }
      let field = fields[i]
      let obstacle: Obstacle?
      if field.hasDoubledQuotes {
        let bytes = text.bytes(of: field)
        obstacle = add(bytes.span, 0..<bytes.count, plan.uses[i], at: first, plan)
      } else {
        obstacle = add(text, field.range, plan.uses[i], at: first, plan)
      }
      guard let obstacle else { continue }
      x.removeLast(x.count - first)
      if plan.options.missing == .mask { mask.removeLast(mask.count - first) }
      for c in classes.indices { classes[c].removeLast(classes[c].count - counts[c]) }
      labels.removeLast(labels.count - labelCount)
      switch obstacle {
      case .missing: droppedCount += 1
      case .wrong(let expected):
        problems.append(
          plan.file.source.problem(
            .malformed, at: "line \(line), column '\(plan.file.names[i])'", expected,
            text.quoted(field.range),
            "Mend the line, leave such lines out with --skip-bad, or say exclude=[…]."))
      }
      return
    }
  }

  /// Puts a value where it belongs; or says why not.
  private mutating func add(
    _ text: Span<UInt8>, _ range: Range<Int>, _ use: TablePlan.Use, at first: Int, _ plan: TablePlan
  ) -> Obstacle? {
    let isMissing = plan.options.missingTexts.contain(text, range)
    if isMissing, plan.options.missing == .drop { return .missing }
    switch use {
    case .ignored: return nil
    case .number(let place):
      if isMissing { return leaveOut(first + place, plan) }
      guard let number = finite(DecimalNumber.value(text, range, point: plan.options.point)) else {
        return .wrong(expected: "a number that float32 holds")
      }
      x[first + place] = number
    case .date(let place):
      if isMissing { return leaveOut(first + place, plan) }
      guard let number = date(text, range, plan) else { return .wrong(expected: "a date") }
      x[first + place] = number
    case .label(let isDate):
      let number =
        isDate
        ? date(text, range, plan)
        : finite(DecimalNumber.value(text, range, point: plan.options.point))
      guard let number else { return .wrong(expected: "a number that float32 holds") }
      labels.append(number)
    case .category(let c):
      let category = plan.categories[c]
      let found = isMissing ? category.missing : category.classOf(text, range)
      guard let found else { return .wrong(expected: "one of \(category.names.count) texts") }
      classes[c].append(found)
      let columns =
        first + category.firstColumn..<first + category.firstColumn + category.columnCount
      if Int(found) < category.columnCount {
        x[columns.lowerBound + Int(found)] = 1
      } else if plan.options.missing == .mask {
        for column in columns { mask[column] = 0 }
      }
    }
    return nil
  }

  private mutating func leaveOut(_ place: Int, _ plan: TablePlan) -> Obstacle? {
    guard plan.options.missing == .mask else { return .wrong(expected: "a number") }
    mask[place] = 0
    return nil
  }

  private func finite(_ number: Double?) -> Float? {
    number.map { Float($0) }.flatMap { $0.isFinite ? $0 : nil }
  }

  private func date(_ text: Span<UInt8>, _ range: Range<Int>, _ plan: TablePlan) -> Float? {
    TableDate.seconds(text, range).map { seconds in
      Float((seconds - plan.options.origin) / (plan.options.dates == .days ? 86_400 : 1))
    }
  }
}
