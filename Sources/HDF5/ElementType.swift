internal import CHDF5

/// The type of a dataset's elements as stored; the byte order is the library's business.
public enum ElementType: Hashable, Sendable, CustomStringConvertible {
  case uint8, int8, uint16, int16, uint32, int32, uint64, int64
  case float16, float32, float64
  /// One byte, 0 or 1: an enumeration of FALSE and TRUE, as `h5py` writes numpy's booleans.
  case bool
  /// Integers of at most 64 bits that have names (`HDF5File.enumeration(of:)`), but for `bool`.
  case enumeration
  case string
  /// A type that this module does not read, described for an error message.
  case other(String)

  /// The name used in messages: `uint8`, `float32`, `string`.
  public var description: String {
    switch self {
    case .uint8: "uint8"
    case .int8: "int8"
    case .uint16: "uint16"
    case .int16: "int16"
    case .uint32: "uint32"
    case .int32: "int32"
    case .uint64: "uint64"
    case .int64: "int64"
    case .float16: "float16"
    case .float32: "float32"
    case .float64: "float64"
    case .bool: "bool"
    case .enumeration: "enumeration"
    case .string: "string"
    case .other(let name): name
    }
  }

  /// Whether values are integers, which are read as `Int64`: a boolean is 0 or 1, an element of an enumeration its
  /// number; of uint64 those that fit, the rest is an error when it is read.
  public var isInteger: Bool { Int64.holds(self) }
}

/// What a file says about a dataset, without reading it.
public struct DatasetInfo: Hashable, Sendable {
  /// Path inside the file, soft links resolved.
  public var path: String
  /// Extents, slowest axis first; empty for a scalar.
  public var shape: [Int]
  /// The elements' type as stored.
  public var elementType: ElementType
  /// Rows of the leading axis in one chunk; reading a multiple of it avoids decoding chunks twice.
  /// `nil` when the dataset is not chunked.
  public var chunkRows: Int?
  /// Elements of a chunk; 0 when the dataset is not chunked.
  public var chunkElementCount = 0
  /// What its chunks pass through when they are written: `shuffle`, `deflate`, `fletcher32`.
  public var filters: [String] = []

  /// Product of `shape`, checked against overflow when the file was read.
  public var elementCount: Int { shape.reduce(1, *) }
}

/// A Swift type that datasets are read into and written from.
///
/// The five conformances of this module are all there are.
public protocol HDF5Element: BitwiseCopyable, Sendable {
  /// The stored type that this type writes, and reads without conversion.
  static var elementType: ElementType { get }
}

extension UInt8: HDF5Element {
  /// `uint8`.
  public static var elementType: ElementType { .uint8 }
}
extension Int32: HDF5Element {
  /// `int32`.
  public static var elementType: ElementType { .int32 }
}
extension Int64: HDF5Element {
  /// `int64`.
  public static var elementType: ElementType { .int64 }
}
extension Float: HDF5Element {
  /// `float32`.
  public static var elementType: ElementType { .float32 }
}
extension Double: HDF5Element {
  /// `float64`.
  public static var elementType: ElementType { .float64 }
}

extension HDF5Element {
  /// The library's identifier of this type in memory.
  static var nativeType: hid_t {
    switch elementType {
    case .uint8: chdf5_native_uint8()
    case .int32: chdf5_native_int32()
    case .int64: chdf5_native_int64()
    case .float32: chdf5_native_float()
    case .float64: chdf5_native_double()
    default: preconditionFailure("\(Self.self) is not a type of HDF5Element")
    }
  }

  /// The library's identifier of this type in a file: little-endian.
  static var storedType: hid_t {
    switch elementType {
    case .uint8: chdf5_stored_uint8()
    case .int32: chdf5_stored_int32()
    case .int64: chdf5_stored_int64()
    case .float32: chdf5_stored_float()
    case .float64: chdf5_stored_double()
    default: preconditionFailure("\(Self.self) is not a type of HDF5Element")
    }
  }

  /// The library's identifier of what elements of a stored type are read as into memory of this type.
  static func memoryType(for stored: ElementType) -> hid_t {
    // Read as int64, what is beyond it would be its largest number.
    stored == .uint64 && elementType == .int64 ? chdf5_native_uint64() : nativeType
  }

  /// Whether values of `stored` are values of this type, of the same kind: all of them, but for uint64, of which
  /// an `Int64` holds half (`requireHeld`).
  static func holds(_ stored: ElementType) -> Bool {
    switch elementType {
    case .uint8: [.bool, .uint8].contains(stored)
    case .int32: [.bool, .uint8, .int8, .uint16, .int16, .int32].contains(stored)
    case .int64:
      [
        .bool, .enumeration, .uint8, .int8, .uint16, .int16, .uint32, .int32, .uint64, .int64,
      ].contains(stored)
    case .float32: [.float16, .float32].contains(stored)
    case .float64: [.float16, .float32, .float64].contains(stored)
    default: stored == elementType
    }
  }
}

/// Names the type `type` of a file.
func elementType(of type: hid_t) -> ElementType {
  let bits = 8 * H5Tget_size(type)
  switch H5Tget_class(type) {
  case H5T_INTEGER:
    guard H5Tget_precision(type) == bits else { return .other("integer of odd precision") }
    switch (bits, H5Tget_sign(type) == H5T_SGN_NONE) {
    case (8, true): return .uint8
    case (8, false): return .int8
    case (16, true): return .uint16
    case (16, false): return .int16
    case (32, true): return .uint32
    case (32, false): return .int32
    case (64, true): return .uint64
    case (64, false): return .int64
    default: return .other("integer of \(bits) bits")
    }
  case H5T_FLOAT:
    if bits == 16, chdf5_is_ieee_half(type) > 0 { return .float16 }
    if bits == 32, chdf5_is_ieee_float(type, 32) > 0 { return .float32 }
    if bits == 64, chdf5_is_ieee_float(type, 64) > 0 { return .float64 }
    return .other("float\(bits)")
  case H5T_STRING: return .string
  case H5T_ENUM:
    return isBoolean(type) ? .bool : isNamedInteger(type) ? .enumeration : .other("enumeration")
  case H5T_COMPOUND: return .other("compound")
  case H5T_VLEN: return .other("variable-length sequence")
  case H5T_ARRAY: return .other("array")
  case H5T_REFERENCE: return .other("reference")
  default: return .other("opaque")
  }
}

/// Whether an enumeration is of integers that this module reads.
private func isNamedInteger(_ type: hid_t) -> Bool {
  guard let base = Identifier(H5Tget_super(type), .datatype) else { return false }
  return elementType(of: base.raw).isInteger
}

/// Whether an enumeration is of bytes that are FALSE, 0, or TRUE, 1.
private func isBoolean(_ type: hid_t) -> Bool {
  guard H5Tget_size(type) == 1, H5Tget_nmembers(type) == 2 else { return false }
  return ["FALSE", "TRUE"].enumerated().allSatisfy { value, name in
    var stored: UInt8 = 2
    return unsafe H5Tenum_valueof(type, name, &stored) >= 0 && Int(stored) == value
  }
}
