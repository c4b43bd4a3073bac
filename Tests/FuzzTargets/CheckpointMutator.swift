internal import Checkpoints
internal import Configuration
internal import Training

/// Changes what a checkpoint says and leaves the file whole: whoever writes it makes the digest anew.
struct CheckpointMutator {
  private var random: Mutator

  /// A mutator of its own sequence.
  init(seed: UInt64) {
    let tokens = ["{", "}", "[", "]", ",", "null", "\"nan\"", "-1", "1e308", "9223372036854775808"]
    random = Mutator(seed: seed, tokens: tokens.map { Array($0.utf8) })
  }

  /// A number below `bound`, which is above 0.
  mutating func below(_ bound: Int) -> Int { random.below(bound) }

  /// One to three changes.
  mutating func mutate(_ stored: inout StoredCheckpoint) {
    for _ in 0...below(3) {
      switch below(16) {
      case 0...3: stored.state = changed(stored.state)
      case 4, 5: stored.configuration = changed(stored.configuration)
      case 6: stored.environment = changed(stored.environment)
      case 7: changeTogether(&stored)
      case 8: stored.label.step = integer(stored.label.step)
      case 9: stored.label.epoch = integer(stored.label.epoch)
      case 10: stored.label.isBest.toggle()
      case 11: change(&stored.parameters)
      case 12, 13: changeMoments(&stored)
      case 14: stored.state = mangled(stored.state)
      default: stored.configuration = mangled(stored.configuration)
      }
    }
  }

  /// What several parts say, so that they still agree.
  private mutating func changeTogether(_ stored: inout StoredCheckpoint) {
    let (number, key) = (integer(below(40)), ["step", "epoch", "shards", "offset"][below(4)])
    stored.state = setting([key], to: number, in: stored.state)
    switch key {
    case "step": stored.label.step = number
    case "epoch": stored.label.epoch = number
    case "shards":
      stored.configuration = setting(["training", "shards"], to: number, in: stored.configuration)
    default:
      for count in ["exampleCount", "stepCount"] {
        stored.state = setting(["epochSums", count], to: number, in: stored.state)
      }
    }
  }

  private mutating func changeMoments(_ stored: inout StoredCheckpoint) {
    guard !stored.states.isEmpty else {
      stored.states.append(StateArrays(name: "momentum", arrays: stored.parameters))
      return
    }
    let place = below(stored.states.count)
    switch below(6) {
    case 0: stored.states.remove(at: place)
    case 1: stored.states[place].name += "s"
    case 2: stored.states.append(StateArrays(name: "third", arrays: stored.states[place].arrays))
    default: change(&stored.states[place].arrays)
    }
  }

  private mutating func change(_ arrays: inout [NamedArray]) {
    guard !arrays.isEmpty else { return }
    let (place, other) = (below(arrays.count), below(arrays.count))
    switch below(9) {
    case 0: arrays.remove(at: place)
    case 1: arrays[place].name += "s"
    case 2: arrays.swapAt(place, other)
    case 3: (arrays[place].name, arrays[other].name) = (arrays[other].name, arrays[place].name)
    case 4: arrays.append(NamedArray(name: "other.weight", shape: [1], values: [1]))
    case 5: reshape(&arrays[place])
    default:
      guard !arrays[place].values.isEmpty else { return }
      let values: [Float] = [
        .nan, .infinity, -.infinity, -1, 0, 1e30, -1e30, .greatestFiniteMagnitude,
        .leastNonzeroMagnitude, -0.0,
      ]
      arrays[place].values[below(arrays[place].values.count)] = values[below(values.count)]
    }
  }

  /// The same count in other extents, or another count.
  private mutating func reshape(_ array: inout NamedArray) {
    switch below(5) {
    case 0: array.shape.reverse()
    case 1: array.shape = [array.values.count]
    case 2: array.shape.append(1)
    case 3:
      array.shape = [array.values.count + 1]
      array.values.append(0)
    default: (array.shape, array.values) = ([0], [])
    }
  }

  /// A text with some bytes changed.
  private mutating func mangled(_ text: String) -> String {
    let bytes = random.mutated(Array(text.utf8), mostly: false)
    // A string in a file of HDF5 holds no NUL.
    return String(decoding: bytes.filter { $0 != 0 }, as: UTF8.self)
  }

  /// A JSON text with one value changed.
  private mutating func changed(_ text: String) -> String {
    guard let node = try? JSONNode.parse(text, file: nil) else { return mangled(text) }
    var place = below(count(node))
    return changed(node, &place).text(pretty: false)
  }

  private func count(_ node: JSONNode) -> Int {
    switch node.content {
    case .array(let elements): elements.reduce(1) { $0 + count($1) }
    case .object(let members): members.reduce(1) { $0 + count($1.value) }
    case .null, .bool, .number, .string: 1
    }
  }

  /// A copy with another value at the place, counted from the root on.
  private mutating func changed(_ node: JSONNode, _ place: inout Int) -> JSONNode {
    place -= 1
    if place == -1 { return replaced(node) }
    switch node.content {
    case .array(let elements):
      return JSONNode(.array(elements.map { changed($0, &place) }))
    case .object(let members):
      return JSONNode(
        .object(members.map { JSONNode.Member(key: $0.key, value: changed($0.value, &place)) }))
    case .null, .bool, .number, .string: return node
    }
  }

  private mutating func replaced(_ node: JSONNode) -> JSONNode {
    let others: [JSONNode] = [
      .null, .bool(true), .string(""), .string("nan"), .string("inf"), .string("-inf"), .array([]),
      .object([]), .int(integer(0)), .number(0.5), .number(-1e-300), .number(1e308),
      .array([.int(1), .int(2), .int(3)]), .string("\u{1B}[31m"),
    ]
    guard below(4) > 0 else { return others[below(others.count)] }
    switch node.content {
    case .number(let value, _):
      return value.rounded() == value && abs(value) < 1e15
        ? .int(integer(Int(value)))
        : .number(max(-1e308, min(value * [-1, 0, 0.5, 1.5, 1e9][below(5)], 1e308)))
    case .array(var elements) where !elements.isEmpty:
      let (place, other) = (below(elements.count), below(elements.count))
      switch below(4) {
      case 0: elements.remove(at: place)
      case 1: elements.insert(elements[other], at: place)
      case 2: elements.swapAt(place, other)
      default: elements += elements
      }
      return JSONNode(.array(elements))
    case .object(var members) where !members.isEmpty:
      let place = below(members.count)
      switch below(3) {
      case 0: members.remove(at: place)
      case 1: members[place].key += "s"
      default: members.append(JSONNode.Member(key: "added", value: .int(1)))
      }
      return JSONNode(.object(members))
    case .null, .bool, .string, .array, .object: return others[below(others.count)]
    }
  }

  /// A number near another one, or at the edge of what fits.
  private mutating func integer(_ near: Int) -> Int {
    let numbers = [
      0, 1, -1, 2, -5, 4096, 4097, 1_000_000_000, 1 << 31, 1 << 32, 1 << 40, 1 << 53, 1 << 62, .max,
      .min, near &+ 1, near &- 1, 0 &- near, near &* 2,
    ]
    return numbers[below(numbers.count)]
  }

  private func setting(_ keys: [String], to number: Int, in text: String) -> String {
    guard let node = try? JSONNode.parse(text, file: nil) else { return text }
    return setting(keys[...], to: number, in: node).text(pretty: false)
  }

  private func setting(_ keys: ArraySlice<String>, to number: Int, in node: JSONNode) -> JSONNode {
    guard let key = keys.first else { return .int(number) }
    guard case .object(let members) = node.content else { return node }
    return JSONNode(
      .object(
        members.map {
          $0.key == key
            ? JSONNode.Member(
              key: key, value: setting(keys.dropFirst(), to: number, in: $0.value)) : $0
        }))
  }
}
