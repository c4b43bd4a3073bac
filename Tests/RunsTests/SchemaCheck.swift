import Configuration

/// Checks JSON by a JSON Schema, after the specification of draft 2020-12: that part of it which schemas of
/// configurations use. Any other keyword is a complaint, so that nothing passes because it was not looked at.
struct SchemaCheck {
  let schema: JSONNode

  /// All that is wrong, with its place.
  func complaints(about value: JSONNode) -> [String] { check(value, schema, at: "") }

  private func check(_ value: JSONNode, _ rules: JSONNode, at place: String) -> [String] {
    guard case .object(let keywords) = rules.content else { return ["\(place): no schema"] }
    return keywords.flatMap { keyword in
      complaints(value, keyword.key, keyword.value, rules, at: place)
    }
  }

  private func complaints(
    _ value: JSONNode, _ keyword: String, _ rule: JSONNode, _ rules: JSONNode, at place: String
  ) -> [String] {
    func refuse(unless isFine: Bool) -> [String] {
      isFine ? [] : ["\(place): \(keyword) \(rule.text(pretty: false))"]
    }
    func passing(_ rules: [JSONNode]) -> Int {
      rules.count { check(value, $0, at: place).isEmpty }
    }
    let all = (try? rule.elements()) ?? []
    switch keyword {
    case "description", "default", "title", "$schema", "$defs": return []
    case "$ref":
      guard case .string(let path) = rule.content,
        let name = path.split(separator: "/").last,
        let target = schema["$defs"]?[String(name)], path == "#/$defs/\(name)"
      else { return ["\(place): no \(rule.text())"] }
      return check(value, target, at: place)
    case "type":
      return refuse(unless: (all.isEmpty ? [rule] : all).contains { isOf(type: $0, value) })
    case "const": return refuse(unless: value == rule)
    case "enum": return refuse(unless: all.contains(value))
    case "allOf": return refuse(unless: passing(all) == all.count)
    case "anyOf": return refuse(unless: passing(all) > 0)
    case "oneOf": return refuse(unless: passing(all) == 1)
    case "not": return refuse(unless: passing([rule]) == 0)
    case "minimum": return refuse(unless: compare(value, rule) { $0 >= $1 })
    case "maximum": return refuse(unless: compare(value, rule) { $0 <= $1 })
    case "exclusiveMinimum": return refuse(unless: compare(value, rule) { $0 > $1 })
    case "exclusiveMaximum": return refuse(unless: compare(value, rule) { $0 < $1 })
    case "items":
      let elements = (try? value.elements()) ?? []
      return elements.indices.flatMap { check(elements[$0], rule, at: "\(place)[\($0)]") }
    default: return objectComplaints(value, keyword, rule, rules, at: place)
    }
  }

  /// What keywords about objects say; they say nothing of anything else.
  private func objectComplaints(
    _ value: JSONNode, _ keyword: String, _ rule: JSONNode, _ rules: JSONNode, at place: String
  ) -> [String] {
    guard case .object(let members) = value.content else { return [] }
    func refuse(unless isFine: Bool) -> [String] {
      isFine ? [] : ["\(place): \(keyword) \(rule.text(pretty: false))"]
    }
    func names(_ list: JSONNode) -> [String] {
      ((try? list.elements()) ?? []).compactMap { try? $0.string() }
    }
    switch keyword {
    case "properties":
      return members.flatMap { member in
        rule[member.key].map { check(member.value, $0, at: "\(place).\(member.key)") } ?? []
      }
    case "additionalProperties":
      let strangers = members.filter { rules["properties"]?[$0.key] == nil }
      return strangers.flatMap { member in
        rule == .bool(false)
          ? ["\(place).\(member.key): \(keyword) \(rule.text())"]
          : check(member.value, rule, at: "\(place).\(member.key)")
      }
    case "required": return refuse(unless: names(rule).allSatisfy { value[$0] != nil })
    case "dependentRequired":
      let pairs = (try? rule.members()) ?? []
      return refuse(
        unless: pairs.allSatisfy { pair in
          value[pair.key] == nil || names(pair.value).allSatisfy { value[$0] != nil }
        })
    case "minProperties": return refuse(unless: compare(.int(members.count), rule) { $0 >= $1 })
    case "maxProperties": return refuse(unless: compare(.int(members.count), rule) { $0 <= $1 })
    default: return ["\(place): the keyword \(keyword) is not known"]
    }
  }

  private func isOf(type: JSONNode, _ value: JSONNode) -> Bool {
    switch (value.content, try? type.string()) {
    case (.null, "null"), (.bool, "boolean"), (.number, "number"), (.string, "string"),
      (.array, "array"), (.object, "object"):
      true
    case (.number(let number, _), "integer"): number == number.rounded()
    default: false
    }
  }

  /// Whether numbers compare so; what is no number does.
  private func compare(
    _ value: JSONNode, _ bound: JSONNode, _ holds: (Double, Double) -> Bool
  ) -> Bool {
    guard case (.number(let value, _), .number(let bound, _)) = (value.content, bound.content)
    else { return true }
    return holds(value, bound)
  }
}
