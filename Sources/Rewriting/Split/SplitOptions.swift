internal import Configuration

/// How a data set is cut into parts.
struct SplitOptions: Sendable {
  /// What decides which example goes where.
  enum Rule: Sendable {
    case atRandom
    /// Each class of a field has its share in every part.
    case stratified(String)
    /// What has one value of a field stays together.
    case grouped(String)
    /// Earlier ones go to earlier parts.
    case byTime(String)
  }

  var shares: [(name: String, share: Double)]
  var seed: Int
  var rule: Rule
  /// The part that is cut; nil for the whole.
  var part: String?
  var content: ContentOptions

  init(reading reader: inout ObjectReader) throws(ConfigurationError) {
    part = try reader.optionalString(
      "part", "The part that is cut, of a file that has parts already; the others stay as they are."
    )
    let train = try reader.number(
      "train", default: 0.8, given: ("part", 0.9), in: 0...1, "Share of examples to train on.")
    let validation = try reader.number(
      "validation", default: 0.1, given: ("part", 0.1), in: 0...1,
      "Share to look at while training.")
    let test = try reader.number(
      "test", default: 0.1, given: ("part", 0), in: 0...1, "Share to measure with at the end.")
    shares = [("train", train), ("validation", validation), ("test", test)]
    let total = train + validation + test
    guard abs(total - 1) < 1e-5 else {
      throw reader.error(
        "train", expected: "shares that add up to 1",
        found: "train \(train) + validation \(validation) + test \(test) = \(total)",
        remedy: "Give all three, for example train=0.7 validation=0.2 test=0.1.")
    }
    seed = try reader.integer("seed", default: 0, in: 0...(.max), "Of what is drawn at random.")
    let stratify = try reader.optionalString(
      "stratify", "A list of classes, each of which has its shares to within one example.")
    let group = try reader.optionalString(
      "group", "A list of integers or texts; examples with equal ones stay in one part.")
    let time = try reader.optionalString(
      "time",
      "A list of numbers, or of texts that sort as they follow each other (2024-05-31); train has the earliest."
    )
    let rules = [
      stratify.map(Rule.stratified), group.map(Rule.grouped), time.map(Rule.byTime),
    ].compactMap { $0 }
    guard rules.count <= 1 else {
      throw reader.error(
        stratify == nil ? "time" : group == nil ? "time" : "group",
        expected: "at most one of stratify, group and time", remedy: "Leave out the others.")
    }
    rule = rules.first ?? .atRandom
    content = try ContentOptions(reading: &reader)
  }
}
