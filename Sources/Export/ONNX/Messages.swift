internal import FoundationEssentials

extension ONNXAttributeProto {
  /// An attribute that is one integer.
  static func int(_ name: String, _ value: Int) -> ONNXAttributeProto {
    var attribute = ONNXAttributeProto()
    attribute.name = name
    attribute.type = .int
    attribute.i = Int64(value)
    return attribute
  }

  /// An attribute that is a list of integers.
  static func ints(_ name: String, _ values: [Int]) -> ONNXAttributeProto {
    var attribute = ONNXAttributeProto()
    attribute.name = name
    attribute.type = .ints
    attribute.ints = values.map(Int64.init)
    return attribute
  }

  /// An attribute that is one number.
  static func float(_ name: String, _ value: Double) -> ONNXAttributeProto {
    var attribute = ONNXAttributeProto()
    attribute.name = name
    attribute.type = .float
    attribute.f = Float(value)
    return attribute
  }
}

extension ONNXTensorProto {
  /// A named constant, its elements as little-endian bytes.
  init(_ name: String, _ extents: [Int], _ type: DataType, _ bytes: [UInt8]) {
    self.init()
    self.name = name
    dims = extents.map(Int64.init)
    dataType = Int32(type.rawValue)
    rawData = Data(bytes)
  }
}
