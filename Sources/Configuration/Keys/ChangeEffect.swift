/// What another value of a key does to a training that goes on from a checkpoint. That the checkpoint's arrays no
/// longer fit, no key says: their names and shapes do.
public enum ChangeEffect: String, Sendable, Hashable, CaseIterable {
  /// It comes to the same bits as one that had the change from the start, as far as both go.
  case nothing
  /// It computes differently from here on.
  case arithmetic
  /// It sees other examples, another order or another objective: the begun epoch starts again, and what was best is
  /// forgotten.
  case epochAgain
  /// It ends elsewhere: nothing else, or arithmetic where a schedule looks at the end.
  case end

  /// The effect in a table's cell.
  package var words: String {
    switch self {
    case .nothing: "nothing"
    case .arithmetic: "computes differently"
    case .epochAgain: "epoch starts again"
    case .end: "ends elsewhere"
    }
  }

  /// The effect as a sentence.
  package var sentence: String {
    switch self {
    case .nothing: "May be changed on resume."
    case .arithmetic: "A change on resume computes differently from there on."
    case .epochAgain: "A change on resume starts the epoch again and forgets the best."
    case .end: "May be changed on resume; the schedule `cosine` then computes differently."
    }
  }
}
