import HDF5
import Testing

import Importing

@Suite struct InteractionTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func read(
    _ text: String, _ options: String..., name: String = "a.csv", skipsBad: Bool = false
  ) throws -> HDF5File {
    try scratch.write(Array(text.utf8), to: name)
    let path = scratch.path("\(scratch.names.count).h5")
    _ = try Importing(scratch.path(name), format: "interactions", options: options)
      .write(to: path, skipsBad: skipsBad)
    return try HDF5File(reading: path)
  }

  private func dense(_ file: HDF5File, _ name: String) throws -> [[Float]] {
    guard case .integers(let shape)? = try file.attribute("shape", of: name) else { return [] }
    let starts = try file.read("\(name)/indptr", as: Int64.self)
    let columns = try file.read("\(name)/indices", as: Int32.self)
    let values = try file.read("\(name)/data", as: Float.self)
    return (0..<shape[0]).map { row in
      var line = [Float](repeating: 0, count: shape[1])
      for i in Int(starts[row])..<Int(starts[row + 1]) { line[Int(columns[i])] = values[i] }
      return line
    }
  }

  @Test func theLastOfEqualPairsCounts() throws {
    let file = try read(
      "userId,movieId,rating,timestamp\nu,\"b, \"\"c\"\"\",1,0\nv,a,2,0\nu,\"b, \"\"c\"\"\",3,0\nu,a,4.5,0\n",
      "values=ratings", "validation=0", "test=0")
    #expect(try file.readStrings("items") == ["b, \"c\"", "a"])
    #expect(try file.readStrings("users") == ["u", "v"])
    #expect(try dense(file, "x") == [[3, 4.5], [0, 2]])
    #expect(
      try dense(read("1::7::5::0\r\n2::7::3::0\r\n", "minRating=4", "validation=0", "test=0"), "x")
        == [[1]])
  }

  /// Without w, who has one item, d has one user; without d, v has one item; then a and b have u and x.
  @Test func coresAreReducedUntilNothingChanges() throws {
    let file = try read(
      "user\titem\nu\ta\nu\tb\nx\ta\nx\tb\nv\ta\nv\td\nw\td\n", "userCore=2", "itemCore=2",
      "validation=0", "test=0", name: "a.tsv")
    #expect(try file.readStrings("users") == ["u", "x"])
    #expect(try dense(file, "x") == [[1, 1], [1, 1]])
  }

  /// 200 users of 20 items each, of which a fifth of the held-out ones' is asked for.
  @Test func heldOutUsersAreSplitByTheSeed() throws {
    let lines = (0..<4000).map { "\($0 / 20),\($0 % 20),\($0 % 7),\($0 % 20 * 31 % 23)\n" }
    let text = "user,item,rating,time\n" + lines.joined()
    let file = try read(text)
    #expect(
      try dense(file, "train/x") == [[Float]](repeating: .init(repeating: 1, count: 20), count: 160)
    )
    let (given, asked) = (try dense(file, "test/x"), try dense(file, "test/target"))
    #expect(given.count == 20 && asked.allSatisfy { $0.reduce(0, +) == 4 })
    for (x, target) in zip(given, asked) { #expect(zip(x, target).allSatisfy { $0 + $1 == 1 }) }
    // What is asked for differs from user to user, and users and targets from seed to seed.
    #expect(Set(asked).count > 10)
    let users = try ["train", "validation", "test"].map { try file.readStrings("\($0)/users") }
    #expect(Set(users.joined()).count == 200)
    let other = try read(text, "seed=1")
    #expect(try other.readStrings("test/users") != users[2])
    #expect(try dense(read(text), "test/target") == asked)
    // The times 31 i mod 23 are all different.
    let times = (0..<20).map { $0 * 31 % 23 }
    let latest = times.map { time -> Float in times.count { $0 > time } < 4 ? 1 : 0 }
    let byTime = try dense(read(text, "target=latest"), "validation/target")
    #expect(byTime.count == 20 && byTime.allSatisfy { $0 == latest })
  }

  @Test(arguments: ["u,a", "u,a,x,0", ",a,1,0", "u,\"a,1,0", "u,a,inf,0"])
  func aWrongLineIsNamed(line: String) throws {
    let text = "user,item,rating,time\nu,b,1,0\n\(line)\n"
    do {
      _ = try read(text)
      Issue.record("no error")
    } catch let error as ImportError {
      #expect(error.object == "line 3" && error.code == .malformed)
    }
    #expect(try read(text, "validation=0", "test=0", skipsBad: true).readStrings("items") == ["b"])
  }
}
