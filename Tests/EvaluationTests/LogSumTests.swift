import Evaluation
import Foundation
import Testing

@Suite struct LogSumTests {
  private func logSum(_ numbers: [Float]) -> Double {
    var sum = LogSum()
    for number in numbers { sum.add(number) }
    return sum.value
  }

  @Test func sumsExponentials() {
    let numbers: [Float] = [0.5, -1, 2, 2, -30]
    let expected = log(numbers.reduce(0) { $0 + exp(Double($1)) })
    #expect(abs(logSum(numbers) - expected) < 1e-14)
    #expect(abs(logSum(numbers.reversed()) - expected) < 1e-14)
  }

  @Test func doesNotOverflowOrUnderflow() {
    #expect(abs(logSum([-5000, -5000]) - (-5000 + log(2.0))) < 1e-9)
    #expect(abs(logSum([4000, 4000, 4000]) - (4000 + log(3.0))) < 1e-9)
    #expect(logSum([-2000, 1000]) == 1000)
  }

  @Test func nothingIsMinusInfinity() {
    #expect(logSum([]) == -.infinity)
    #expect(logSum([-.infinity, -.infinity]) == -.infinity)
    #expect(logSum([-.infinity, 3]) == 3)
  }

  @Test func whatIsNoNumberStaysNone() {
    #expect(logSum([.nan]).isNaN)
    #expect(logSum([1, .nan, 2]).isNaN)
    #expect(logSum([.nan, 1]).isNaN)
  }
}
