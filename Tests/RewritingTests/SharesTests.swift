import Testing

import Rewriting

@Suite struct SharesTests {
  /// Whatever the classes: each share of each class is rounded down or up, and so is that of all together.
  @Test(arguments: [
    [0.8, 0.1, 0.1], [1.0 / 3, 1.0 / 3, 1.0 / 3], [0.5, 0.5, 0.0], [1.0, 0.0, 0.0],
    [0.999, 0.0005, 0.0005],
  ])
  func everyCountIsWithinOne(shares: [Double]) {
    var state: UInt64 = 1
    for trial in 0..<300 {
      let classes = (0..<trial % 40 + 1).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % (trial % 3 == 0 ? 5 : 1000)
      }
      let counts = Shares(shares).counts(of: classes)
      #expect(zip(counts, classes).allSatisfy { $0.reduce(0, +) == $1 })
      for (part, share) in shares.enumerated() {
        for (row, size) in zip(counts, classes) {
          #expect(abs(Double(row[part]) - share * Double(size)) < 1.001, "\(row) of \(size)")
        }
        let sum = counts.reduce(0) { $0 + $1[part] }
        let wanted = share * Double(classes.reduce(0, +))
        #expect(abs(Double(sum) - wanted) < 1.02, "\(sum) of \(wanted)")
      }
    }
  }

  @Test func wholeSharesAreExact() {
    #expect(Shares([0.8, 0.1, 0.1]).counts(of: [10, 20]) == [[8, 1, 1], [16, 2, 2]])
    #expect(Shares([0.8, 0.1, 0.1]).counts(of: 10) == [8, 1, 1])
  }
}
