internal import Glibc
public import HDF5
internal import Host

/// What a child process does with a file before the program touches it; see `Containment`.
public enum Rehearsal {
  /// Begins a line on standard error that says what comes next.
  static let placeMark = "at: "
  /// Begins a line on standard error that says what is wrong.
  static let problemMark = "problem: "

  /// Addresses of the child: 4 GiB, what libhdf5 and a few chunks of the largest size need, beside those
  /// it starts with, which under a sanitizer are terabytes.
  private static let memoryLimit = addressSpaceInUse() + 4 << 30

  /// Stands for all datasets of a file.
  public static let wholeFile = "/"

  /// Opens `datasets` of `file` as the program will; a group stands for the datasets in it, the root for all.
  ///
  /// Errors are not told, since the program will meet them too.
  /// - Parameter attributes: Those that the program asks for by name, which goes another way than listing them.
  /// - Throws: `.inputOutput` for values that only libhdf5 can unpack, and that it cannot.
  public static func run(
    _ file: String, datasets: [String], attributes: [String]
  ) throws(HDF5Error) {
    tell("opening the file")
    guard let source = try? HDF5File(reading: file) else { return }
    for dataset in datasets where dataset != wholeFile {
      try open(dataset, of: source, attributes)
    }
    if datasets.contains(wholeFile) {
      tell("listing the objects")
      for object in (try? source.objects()) ?? [] where object.kind == .dataset {
        try open(object.path, of: source, attributes)
      }
    }
    tell("closing the file")
    _ = try? source.close()
  }

  /// What the program has for a data set; known before this process is limited.
  private static let programMemory = availableMemory() ?? .max

  /// Limits this process before it meets the file: memory, time, no core dump, no life beyond the
  /// program that started it.
  public static func limitProcess() {
    ChildProcess.endWithParent()
    _ = programMemory
    limit(RLIMIT_AS, rlim_t(memoryLimit))
    limit(RLIMIT_CPU, 3600)
    limit(RLIMIT_CORE, 0)
  }

  private static func limit(_ resource: __rlimit_resource, _ value: rlim_t) {
    var limits = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(resource.rawValue), &limits) == 0 else { return }
    limits.rlim_cur = min(limits.rlim_max, value)
    unsafe _ = setrlimit(__rlimit_resource_t(resource.rawValue), &limits)
  }

  /// Says on standard error what comes next.
  public static func tell(_ place: String) { write(placeMark, place) }

  /// Says on standard error what is wrong.
  public static func tell(problem: String) { write(problemMark, problem) }

  private static func write(_ mark: String, _ text: String) {
    // A path may be as long as the file likes.
    let start = Substring(text.unicodeScalars.prefix(1000))
    let bytes = Array((mark + plainText(start) + "\n").utf8)
    unsafe _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)
  }

  private static func open(
    _ path: String, of file: HDF5File, _ attributes: [String]
  ) throws(HDF5Error) {
    tell("opening \(path)")
    _ = try? file.children(of: "/")  // Whose names tell the format.
    guard let info = try? file.info(path) else {
      for name in (try? file.children(of: path)) ?? [] {
        tell("opening \(path)/\(name)")
        if let info = try? file.info("\(path)/\(name)") { try read(info, of: file, isMember: true) }
      }
      readAttributes(attributes, path, of: file)
      return
    }
    readAttributes(attributes, path, of: file)
    try read(info, of: file)
  }

  private static func readAttributes(
    _ known: [String], _ path: String, of file: HDF5File
  ) {
    for name in known + ((try? file.attributeNames(of: path)) ?? []) {
      tell("reading the attribute \(name) of \(path)")
      _ = try? file.attribute(name, of: path)
    }
  }

  /// Reads all values where libhdf5 unpacks them, and the first and last row where nothing is packed.
  ///
  /// - Parameter isMember: Of a group, whose datasets libhdf5 always unpacks.
  private static func read(
    _ info: DatasetInfo, of file: HDF5File, isMember: Bool = false
  ) throws(HDF5Error) {
    // The program counts the chunks, which walks through their index.
    tell("counting the chunks of \(info.path)")
    _ = try? file.missingChunks(of: info.path)
    switch info.elementType {
    case .bool, .uint8: try read(info, UInt8.self, of: file, isMember)
    case .int8, .uint16, .int16, .int32: try read(info, Int32.self, of: file, isMember)
    case .uint32, .int64, .uint64, .enumeration: try read(info, Int64.self, of: file, isMember)
    case .float16, .float32: try read(info, Float.self, of: file, isMember)
    case .float64: try read(info, Double.self, of: file, isMember)
    case .string:
      tell("reading the texts of \(info.path)")
      _ = try? file.readStrings(info.path)
    case .other: break
    }
  }

  private static func read<T: HDF5Element & ExpressibleByIntegerLiteral>(
    _ info: DatasetInfo, _ type: T.Type, of file: HDF5File, _ isMember: Bool
  ) throws(HDF5Error) {
    guard let count = info.shape.first, count > 0, info.elementCount > 0 else { return }
    let rowSize = info.elementCount / count
    let size = MemoryLayout<T>.size
    // More than the program can hold is refused by its size, without reading it.
    guard info.elementCount <= programMemory / size else { return }
    // A row that takes most of a child's memory is no example.
    guard rowSize <= 1 << 26 else { return }
    // What is unpacked without libhdf5 needs no trial.
    guard let dataset = try? DatasetRows(info.path, of: file), isMember || !dataset.isUnpackedHere
    else { return }
    let isPacked = !info.filters.isEmpty
    var block = max(1, (4 << 20) / (rowSize * size))
    if let chunk = info.chunkRows, chunk > 1 { block = max(1, block / chunk) * chunk }
    block = min(block, max(1, (1 << 26) / rowSize))
    let starts = isPacked ? Array(stride(from: 0, to: count, by: block)) : [0, count - 1]
    if isPacked {
      // A chunk that unpacks to much more than it should runs into this.
      let needed = 8 * (info.chunkElementCount + block * rowSize) * size
      limit(RLIMIT_AS, rlim_t(min(addressSpaceInUse() + needed + 1 << 28, memoryLimit)))
    }
    defer { limit(RLIMIT_AS, rlim_t(memoryLimit)) }
    var values = [T](repeating: 0, count: (isPacked ? min(block, count) : 1) * rowSize)
    for first in starts {
      tell("reading row \(first) of \(info.path)")
      let rows = first..<min(count, isPacked ? first + block : first + 1)
      values.removeLast(max(0, values.count - rows.count * rowSize))  // Only the last are fewer.
      var span = values.mutableSpan
      do { try file.readRows(info.path, rows: rows, into: &span) } catch {
        // A number that is too large unpacks all the same.
        guard error.code == .wrongType else { throw error }
      }
    }
  }
}
