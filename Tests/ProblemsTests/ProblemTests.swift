import Problems
import Testing

@Suite struct ProblemTests {
  private enum Told: Fault { case missingFile }
  private enum Silent: Fault {
    case other
    var word: String? { nil }
  }

  private func told(file: String = "", object: String = "", detail: String = "") -> String {
    Problem(
      code: Told.missingFile, file: file, object: object, expected: "a file", found: "none",
      remedy: "Make one.", detail: detail
    ).description
  }

  @Test func aMessageNamesPlaceCodeExpectedFoundAndRemedy() {
    let rest = "missingFile: expected a file, found none. Make one."
    #expect(told() == rest)
    #expect(told(file: "a.h5") == "a.h5: \(rest)")
    #expect(told(object: "train") == "train: \(rest)")
    #expect(told(file: "a.h5", object: "train") == "a.h5: train: \(rest)")
    #expect(told(detail: "errno = 2") == "\(rest) [errno = 2]")
  }

  /// What a library or a file says may have several lines.
  @Test func aMessageIsOneLine() {
    #expect(told(object: "a\nb", detail: "c\nd").contains("\n") == false)
  }

  @Test func aCodeWithoutAWordIsNotTold() {
    let problem = Problem(
      code: Silent.other, object: "x", expected: "y", found: "z", remedy: "Go.")
    #expect(problem.description == "x: expected y, found z. Go.")
  }
}
