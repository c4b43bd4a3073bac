import TestScale
import Testing

import Importing

@Suite struct TextFuzzTests {
  private static let seeds: [(format: String, options: [String], text: String)] = [
    ("text", [], "Some words, and\nöthers: 12 a\u{301}\n\nend"),
    ("text", ["tokens=spaces", "encoding=latin1", "maxLength=4"], "a b c d e f\tg\n1 2"),
    ("feat", [], "1 1:1 2:3 17:1\n-1 4:2.5\n3 9:1e2 10:0\n"),
    (
      "interactions", ["validation=0.3"],
      "userId,movieId,rating,timestamp\n1,2,3.5,4\n1,3,1,5\n2,2,5,6\n"
    ),
    (
      "interactions", ["target=latest", "values=ratings"],
      "1::2::3::4\n1::5::3::9\n2::2::1::1\n3::2::1::1\n"
    ),
    ("interactions", ["test=0.5"], "user\titem\n\"a\"\t\"b \"\"c\"\"\"\nd\te\n"),
  ]

  @Test(arguments: seeds.indices)
  func changedFilesAreReadOrRefused(seed: Int) throws {
    let (format, options, text) = Self.seeds[seed]
    try ImportFuzz.run(
      TestScale.count(50, torture: 10_000), name: "in.txt", format: format,
      seeds: [Array(text.utf8)],
      words: [
        "\0", "\"", "\n", "\r\n", ":", "::", ",", "\t", "-", "1e400", "nan", "99999999999", "ß",
      ],
      options: [options])
  }
}
