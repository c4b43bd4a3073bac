import ArgumentParser
import Foundation
import VAEDP

/// Runs a command's work; an error becomes one line on standard error and the exit code of its kind.
func reporting(_ work: () throws -> Void) throws {
  do {
    Contained.begin()
    try work()
  } catch let code as ExitCode {
    throw code
  } catch let error as ValidationError {
    throw error
  } catch {
    say("\(error)")
    throw ExitCode(status(of: error))
  }
}

/// Writes one line to standard error. What comes from a file cannot break or colour it.
func say(_ problem: String) {
  try? FileHandle.standardError.write(contentsOf: Data("vae-dp: \(printable(problem))\n".utf8))
}

/// Exit codes follow sysexits.h; 20 is a training that diverged. The table for users is in
/// `Documentation/configuration.md`.
func status(of error: any Error) -> Int32 {
  switch error {
  case let error as ConfigurationError: error.code == .missingFile ? 66 : 78
  case let error as DatasetError:
    switch error.code {
    case .missingFile: 66
    case .alreadyExists: 73
    case .inputOutput: 74
    case .wrongShape, .wrongType, .incomplete, .empty, .wrongAttribute, .ambiguousLayout,
      .notFinite, .malformed, .tooLarge, .unsupportedValue:
      65
    }
  case let error as HDF5Error:
    error.code == .cannotOpen
      ? 66 : error.code == .alreadyExists ? 73 : error.isSystemFailure ? 74 : 65
  case let error as ImportError:
    error.code == .missingFile ? 66 : error.code == .inputOutput ? 74 : 65
  case let error as DownloadError:
    switch error.code {
    case .noProgram, .unreachable: 69
    case .wrongContent: 65
    case .inputOutput: 74
    }
  case is RewriteError: 65
  case let error as CheckpointError:
    error.code == .missingFile ? 66 : error.code == .inputOutput ? 74 : 65
  case let error as RunError:
    switch error.code {
    case .busy: 75
    case .cannotCreate, .exists: 73
    case .missing, .noSplit: 66
    case .changedConfiguration, .tooLarge: 78
    case .wrongField: 64
    }
  case let error as SnapshotError: error.code == .impossible ? 65 : 78
  case is MemoryShortage: 78
  case is MissingField, is PageError: 65
  case is NonFiniteReport, is NonFiniteStep: 20
  case let error as OutputError: error.isPlaceRefused ? 73 : 74
  case let error as IOFailure: error.isMissing ? 66 : 74
  case is CocoaError, is OutputFailure: 74
  default: 70
  }
}
