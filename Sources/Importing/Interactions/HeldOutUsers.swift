internal import RandomStreams

/// Which users are learnt from, and what of the others is shown and what is asked for.
///
/// Users are split; of the training users all is learnt. Of a held-out user a share of the items is given to the model
/// (fold-in), which then has to find the rest (target): strong generalisation.
/// - Source: Liang, Krishnan, Hoffman & Jebara, "Variational Autoencoders for Collaborative Filtering", WWW 2018, section 4.
struct HeldOutUsers {
  /// Which of a held-out user's items are asked for.
  enum Choice: String, CaseIterable, Sendable {
    case random, latest
  }

  var validation: Double
  var test: Double
  /// Share of a held-out user's items that are asked for.
  var targetShare: Double
  var choice: Choice
  private let stream: Stream

  init(validation: Double, test: Double, targetShare: Double, choice: Choice, seed: Int) {
    (self.validation, self.test) = (validation, test)
    (self.targetShare, self.choice) = (targetShare, choice)
    stream = Stream(seed: UInt64(bitPattern: Int64(seed)), purpose: .split)
  }

  /// Users of the parts, each in order: of n users, n · share rounded are of validation, and as many of test.
  func parts(of users: [Int]) -> (train: [Int], validation: [Int], test: [Int]) {
    let order = stream.permutation(of: users.count, turn: 0).map { users[Int($0)] }
    func count(_ share: Double) -> Int { Int((share * Double(users.count)).rounded()) }
    let first = min(count(validation), order.count)
    let second = min(first + count(test), order.count)
    return (
      train: order[second...].sorted(), validation: order[..<first].sorted(),
      test: order[first..<second].sorted()
    )
  }

  /// A held-out user's items, given and asked for, both in order of items; nil where there are fewer than two.
  ///
  /// Of n items, n · `targetShare` rounded down are asked for, at least one and not all.
  func halves(
    of entries: [InteractionTable.Entry], user: Int
  ) -> (foldIn: [InteractionTable.Entry], target: [InteractionTable.Entry])? {
    guard entries.count >= 2 else { return nil }
    let wanted = Int(targetShare * Double(entries.count))
    let count = min(max(wanted, 1), entries.count - 1)
    let order: [Int]
    switch choice {
    case .random:
      order = stream.permutation(of: entries.count, turn: UInt32(user + 1)).map { Int($0) }
    case .latest:
      order = entries.indices.sorted { a, b in
        (entries[b].time, b) < (entries[a].time, a)
      }
    }
    let targets = Set(order.prefix(count))
    return (
      foldIn: entries.indices.filter { !targets.contains($0) }.map { entries[$0] },
      target: targets.sorted().map { entries[$0] }
    )
  }
}
