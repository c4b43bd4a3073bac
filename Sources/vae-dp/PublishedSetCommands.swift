import ArgumentParser
import Foundation
import VAEDP

/// Where a published data set comes from and where it goes.
struct PublishedSetOptions: ParsableArguments {
  @Option(help: "The folder that the published files are in.")
  var from: String?

  @Flag(
    help:
      "Fetch the files with the program curl, and keep them in a folder beside the output; what is there already is not fetched again."
  )
  var download = false

  @Option(name: .shortAndLong, help: "The HDF5 file (default: data/ and the set's name).")
  var output: String?

  @Flag(help: "Replace a file that exists.")
  var replace = false

  @Option(help: .hidden)
  var address: String?

  func validate() throws {
    guard (from != nil) != download else {
      throw ValidationError("Give either --from FOLDER or --download.")
    }
  }

  func run(_ set: PublishedSet, format: String) throws {
    try reporting {
      let output = output ?? "data/\(set.name).h5"
      let (line, interruption) = (ProgressLine(), Interruption())
      try makeOutputFolder(of: output)
      let kept = output.hasSuffix(".h5") ? String(output.dropLast(3)) : output + "-files"
      if download {
        try set.fetch(into: kept, from: address) { done in
          try interruption.endWork()
          line.show("fetching \(set.name) \(Int(done * 100)) %")
        }
        line.say("\(printable(kept)): the published files, which you may remove")
      }
      let folder = from ?? kept
      // One file alone is imported itself; from a folder without it, what it was unpacked to.
      let archive = set.files.count == 1 ? "\(folder)/\(set.files[0].name)" : folder
      let source = FileManager.default.fileExists(atPath: archive) ? archive : folder
      let summary = try Importing(source, format: format).write(to: output, replacing: replace) {
        done in
        try interruption.endWork()
        line.show("packing \(printable(output)) \(Int(done * 100)) %")
      }
      line.say(summary, in: output)
    }
  }
}

struct MNISTCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mnist",
    abstract: "Handwritten digits: 60,000 and 10,000 images of 28 × 28, labelled.")

  @OptionGroup var options: PublishedSetOptions

  func run() throws { try options.run(.mnist, format: "idx") }
}

struct FashionMNISTCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fashion-mnist",
    abstract: "Articles of clothing: 60,000 and 10,000 images of 28 × 28, labelled.")

  @OptionGroup var options: PublishedSetOptions

  func run() throws { try options.run(.fashionMNIST, format: "idx") }
}

struct CIFAR10Command: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cifar10",
    abstract: "Small photographs of ten classes: 50,000 and 10,000 images of 32 × 32, labelled.")

  @OptionGroup var options: PublishedSetOptions

  func run() throws { try options.run(.cifar10, format: "cifar") }
}

struct BinarizedMNISTCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "binarized-mnist",
    abstract:
      "MNIST with pixels of 0 or 1 as Larochelle and Murray drew them: 50,000, 10,000 and 10,000 images."
  )

  @OptionGroup var options: PublishedSetOptions

  func run() throws { try options.run(.binarizedMNIST, format: "binarized-mnist") }
}
