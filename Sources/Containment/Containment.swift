internal import CHost
internal import Files
internal import Glibc
public import HDF5
internal import Synchronization

/// Lets a child process open foreign files first, because some crash libhdf5.
///
/// The child does what the program is about to do: it opens the file and the datasets, reads their
/// attributes, and reads the values where libhdf5 itself has to unpack them (`Rehearsal`). Only
/// when it came back unharmed does the program open the same file, unchanged in place, size and
/// time. A child costs about as much as starting the program and doing nothing, some 15 ms; the
/// alternatives were a `fork` without `exec`, which is unsafe once there are threads, and handing
/// all values over from the child, which costs a copy of the data set.
///
/// A program opts in, because only it knows how it is started as a child; without that, files are
/// opened directly.
public enum Containment {
  /// How long a child may take over a file: 30 s for each word that it says, and 10 minutes for all of
  /// them, besides a second for every 10 MiB that it may have to read and unpack.
  private static func limits(for file: String) -> ChildLimits {
    let size = FileIdentity(file)?.byteCount ?? 0
    return ChildLimits(silence: .seconds(30), whole: .seconds(600 + size / (10 << 20)))
  }

  private struct State {
    var executable: String?
    var arguments: [String] = []
    var passed: Set<Passed> = []
  }

  private struct Passed: Hashable {
    let file: FileIdentity
    let dataset: String
  }

  private static let state = Mutex(State())

  /// From now on `rehearse` starts `executable` with `arguments`, a file and its datasets.
  ///
  /// That process calls `Rehearsal.run`. From now on a crash of this process inside libhdf5 is told in one line.
  /// - Parameters:
  ///   - program: Begins that line.
  ///   - exitCode: What the process then ends with.
  public static func enable(
    executable: String, arguments: [String], program: String, exitCode: Int32
  ) {
    state.withLock { ($0.executable, $0.arguments) = (executable, arguments) }
    CrashGuard.arm(program: program, exitCode: exitCode)
  }

  /// Has a child open the datasets of a file; returns at once where one did so before.
  ///
  /// - Throws: `.crash`; `.refused` for values that cannot be unpacked; `.inputOutput` where no
  ///   child can be started. What else is wrong with the file, its opening will tell.
  public static func rehearse(_ file: String, datasets: [String]) throws(HDF5Error) {
    guard let identity = FileIdentity(file), isRegularFile(file) else { return }
    let (program, pending) = state.withLock { state in
      (
        state.executable.map { ($0, state.arguments) },
        datasets.filter { !state.passed.contains(Passed(file: identity, dataset: $0)) }
      )
    }
    guard let (executable, arguments) = program, !pending.isEmpty else { return }
    let (code, problem) = try run(
      executable, arguments + ["--", file] + pending, on: file, output: nil)
    guard code == 0 else {
      throw HDF5Error(
        code: code == 74 ? .inputOutput : .refused, file: file,
        expected: "data that libhdf5 can unpack",
        found: problem.isEmpty ? "a child that ended with code \(code)" : problem,
        remedy: "The file is damaged or not to be trusted: write it again.")
    }
    guard FileIdentity(file) == identity else {
      throw HDF5Error(
        code: .refused, file: file, expected: "a file that stays as it is",
        found: "one that changes",
        remedy: "Wait until it is complete.")
    }
    state.withLock { state in
      for dataset in pending { state.passed.insert(Passed(file: identity, dataset: dataset)) }
    }
  }

  /// Has a child look at a file and answer.
  ///
  /// - Parameter question: Arguments that `enable`'s program takes before the file.
  /// - Returns: At most 1 MiB of what the child wrote to its output; nil where no program is named that could be one,
  ///   or there is no such file: then the caller looks by itself.
  /// - Throws: As `rehearse`, but for what the child says.
  public static func ask(_ question: [String], of file: String) throws(HDF5Error) -> [UInt8]? {
    let program = state.withLock { state in state.executable.map { ($0, state.arguments) } }
    guard let (executable, arguments) = program, isRegularFile(file) else { return nil }
    let output = vaedp_memory_file()
    guard output >= 0 else { throw noChild(for: file) }
    defer { close(output) }
    try run(executable, arguments + question + ["--", file], on: file, output: output)
    var answer = [UInt8](repeating: 0, count: 1 << 20)
    let count = unsafe pread(output, &answer, answer.count, 0)
    return Array(answer.prefix(max(0, count)))
  }

  private static func noChild(for file: String) -> HDF5Error {
    HDF5Error(
      code: .inputOutput, file: file, expected: "a child process that opens the file first",
      found: unsafe "errno = \(errno) (\(String(cString: strerror(errno))))",
      remedy: "Allow more processes, file descriptors or memory.")
  }

  /// Runs the program on `file` as a child, and throws where it crashed or took too long.
  ///
  /// The child ends with the calling thread, however that ends.
  /// - Parameter output: Where the child's output goes; nil for nowhere.
  /// - Returns: Its exit code, and what it said of an error. A child whose output nobody reads any more
  ///   ends with the code that shells give to that: 128 and SIGPIPE's number.
  @discardableResult
  public static func run(
    _ executable: String, _ arguments: [String], on file: String, output: Int32?
  ) throws(HDF5Error) -> (code: Int32, problem: String) {
    let limits = limits(for: file)
    return try run(
      executable, arguments, on: file, output: output, silence: limits.silence,
      whole: limits.whole)
  }

  /// As above, with other limits.
  package static func run(
    _ executable: String, _ arguments: [String], on file: String, output: Int32?,
    silence: Duration, whole: Duration
  ) throws(HDF5Error) -> (code: Int32, problem: String) {
    guard let child = ChildProcess(executable, arguments, output: output) else {
      throw noChild(for: file)
    }
    var (place, problem) = ("starting", "")
    let ending = child.wait(ChildLimits(silence: silence, whole: whole)) { line in
      if line.hasPrefix(Rehearsal.placeMark) {
        place = String(line.dropFirst(Rehearsal.placeMark.count))
      } else if line.hasPrefix(Rehearsal.problemMark) {
        problem = String(line.dropFirst(Rehearsal.problemMark.count))
      }
    }
    let remedy = "The file is damaged or not to be trusted: write it again."
    switch ending {
    case .exited(let code): return (code, problem)
    case .signalled(SIGPIPE): return (128 + SIGPIPE, "")
    case .signalled(let signal):
      throw HDF5Error(
        code: .crash, file: file, expected: "a file that libhdf5 can read",
        found: unsafe "\(String(cString: strsignal(signal))) (signal \(signal)) while \(place)",
        remedy: remedy)
    case .silent:
      throw HDF5Error(
        code: .tookTooLong, file: file, expected: "a file that libhdf5 reads without a long halt",
        found: "no progress in \(seconds(silence)) s while \(place)", remedy: remedy)
    case .endless:
      throw HDF5Error(
        code: .tookTooLong, file: file,
        expected: "a file that is looked through in \(seconds(whole)) s",
        found: "no end of it; at last it was \(place)",
        remedy:
          "Is the disk slow, or the file much larger or deeper than data are? Copy what is needed "
          + "into a file of its own.")
    }
  }
}

private func seconds(_ duration: Duration) -> String {
  let components = duration.components
  return components.attoseconds == 0
    ? "\(components.seconds)"
    : "\(Double(components.seconds) + Double(components.attoseconds) * 1e-18)"
}
