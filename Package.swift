// swift-tools-version: 6.2
import PackageDescription

let house: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

func room(
  _ name: String, _ imports: [Target.Dependency] = [], exclude: [String] = []
) -> Target {
  .target(name: name, dependencies: imports, exclude: exclude, swiftSettings: house)
}

func tests(
  _ room: String, _ others: [Target.Dependency] = [], exclude: [String] = []
) -> Target {
  .testTarget(
    name: room + "Tests", dependencies: [.byName(name: room)] + others, exclude: exclude,
    swiftSettings: house)
}

func support(_ name: String, _ imports: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: imports, path: "Tests/\(name)", swiftSettings: house)
}

let protobuf: Target.Dependency = .product(name: "SwiftProtobuf", package: "swift-protobuf")

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let arguments: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "vae-dp",
  products: [
    .library(name: "VAEDP", targets: ["VAEDP"]),
    .executable(name: "vae-dp", targets: ["vae-dp"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
  ],
  targets: [
    // Libraries of the system, and C.
    .systemLibrary(name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(
      name: "CTurboJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CKernels"),
    .target(name: "CHost"),
    .target(name: "CStorage"),
    .target(name: "CTeamwork"),
    .target(name: "CTIFF", linkerSettings: [.linkedLibrary("tiff")]),
    .target(name: "COneDNN", linkerSettings: [.linkedLibrary("dnnl")]),
    // What goes wrong; the machine, and its files.
    room("Problems"),
    room("Host", ["CHost"]),
    room("Files", ["Host"]),
    // The engine, lowest room first.
    room("Storage", ["CStorage"]),
    room("Teamwork", ["CTeamwork"]),
    room("RandomStreams"),
    room("GraphIR"),
    room("GraphReference", ["GraphIR"]),
    room("KernelCalls", ["GraphIR"]),
    room("GraphPasses", ["GraphIR", "KernelCalls"]),
    room("Kernels", ["CKernels", "COneDNN", "GraphIR", "KernelCalls", "Storage"]),
    room(
      "Execution",
      ["GraphIR", "GraphPasses", "KernelCalls", "Kernels", "RandomStreams", "Storage"]),
    // Optimisers, models and their configuration.
    room("Configuration"),
    room("Optimizers", ["CKernels", "Configuration"]),
    room("Examples", ["CKernels", "KernelCalls", "Storage"]),
    room(
      "GraphRuns",
      [
        "CKernels", "Examples", "Execution", "GraphIR", "KernelCalls", "Kernels", "Storage",
        "Teamwork",
      ]),
    room(
      "Diagnosis",
      ["Examples", "Execution", "GraphIR", "GraphPasses", "GraphRuns", "Kernels", "Storage"]),
    room(
      "DataParallel",
      [
        "CKernels", "Diagnosis", "Examples", "Execution", "GraphIR", "GraphPasses", "GraphRuns",
        "KernelCalls", "Kernels", "Optimizers", "Storage", "Teamwork",
      ]),
    room("Models", ["Configuration", "Examples", "GraphIR"]),
    room(
      "Training",
      [
        "Configuration", "DataParallel", "Diagnosis", "Examples", "Execution", "GraphIR",
        "GraphPasses", "GraphRuns", "Host", "Models", "Optimizers", "Problems", "RandomStreams",
        "Teamwork",
      ]),
    room(
      "Evaluation",
      [
        "Examples", "Execution", "GraphIR", "GraphRuns", "Host", "KernelCalls", "Models",
        "RandomStreams", "Training",
      ]),
    // What lies in files.
    room("HDF5", ["CHDF5", "CZlib", "Files", "Problems"]),
    room("Containment", ["CHost", "Files", "HDF5", "Host"]),
    room(
      "Datasets",
      [
        "CKernels", "Examples", "Files", "HDF5", "Host", "Problems", "Storage", "Teamwork",
      ]),
    room("Rewriting", ["Configuration", "Files", "HDF5", "Host", "Problems", "RandomStreams"]),
    room(
      "Importing",
      [
        "CPNG", "CTIFF", "CTurboJPEG", "CZlib", "Configuration", "Files", "HDF5", "Host",
        "Problems", "RandomStreams",
      ]),
    room("Downloading", ["Files", "Problems", crypto]),
    room("ProceduralData", ["HDF5", "RandomStreams"]),
    room("Export", ["GraphIR", "Problems", protobuf], exclude: ["Protocol/onnx.proto"]),
    room("Reports", ["CPNG", "Problems"]),
    room(
      "Checkpoints",
      [
        "Configuration", "Examples", "Files", "HDF5", "Host", "Kernels", "Problems", "Training",
        crypto,
      ]),
    // Everything joined.
    room(
      "Measuring",
      [
        "CKernels", "Configuration", "DataParallel", "Datasets", "Evaluation", "Examples",
        "Execution", "GraphIR", "GraphPasses", "GraphRuns", "Host", "KernelCalls", "Kernels",
        "Models",
        "RandomStreams", "Storage", "Teamwork", "Training",
      ]),
    room(
      "Runs",
      [
        "Checkpoints", "Configuration", "Containment", "DataParallel", "Datasets", "Diagnosis",
        "Evaluation", "Examples", "Execution", "Export", "Files", "GraphIR", "GraphPasses",
        "GraphRuns", "HDF5",
        "Host", "Importing", "Kernels", "Measuring", "Models", "Optimizers", "Problems",
        "RandomStreams",
        "Reports", "Training",
      ]),
    room(
      "Verification",
      [
        "Checkpoints", "Configuration", "DataParallel", "Examples", "Execution", "GraphIR",
        "GraphPasses", "GraphReference", "GraphRuns", "Host", "Models", "Optimizers", "Runs",
        "Training",
      ]),
    room(
      "VAEDP",
      [
        "Checkpoints", "Configuration", "Containment", "DataParallel", "Datasets", "Diagnosis",
        "Downloading", "Evaluation", "Examples", "Export", "Files", "GraphIR", "GraphRuns", "HDF5",
        "Host", "Importing", "Measuring", "Models", "Optimizers", "ProceduralData", "Reports",
        "Rewriting", "Runs",
        "Training",
        "Verification",
      ]),
    .executableTarget(
      name: "vae-dp", dependencies: ["VAEDP", arguments], swiftSettings: house),

    // Tests, one target per room.
    support(
      "GraphTestSupport",
      ["GraphIR", "GraphPasses", "GraphReference", "KernelCalls", "RandomStreams"]),
    support(
      "EngineTestSupport",
      [
        "CAllocationCounter", "Configuration", "DataParallel", "Examples", "Execution", "GraphIR",
        "GraphPasses", "Models", "Optimizers",
      ]),
    support("FileTestSupport", ["Files"]),
    support("TestScale", []),
    support("TeamTestSupport", ["Teamwork"]),
    support(
      "FuzzTargets",
      [
        "Checkpoints", "Configuration", "DataParallel", "Datasets", "Evaluation", "Examples",
        "Export", "Files", "GraphReference", "GraphRuns", "HDF5", "Importing", "KernelCalls",
        "Models", "Reports",
        "Runs", "Training",
      ]),
    .executableTarget(
      name: "fuzz", dependencies: ["FuzzTargets", arguments], path: "Tests/Fuzzing",
      exclude: ["libfuzzer.sh", "LibFuzzer"], swiftSettings: house),
    .target(name: "CAllocationCounter", path: "Tests/CAllocationCounter"),
    tests("Problems"),
    tests("Host"),
    tests("Files", ["FileTestSupport"]),
    tests("Storage", ["CStorage", "TestScale"]),
    .target(name: "CProcessorPin", path: "Tests/CProcessorPin"),
    tests("Teamwork", ["CProcessorPin", "TeamTestSupport", "TestScale"], exclude: ["Model"]),
    tests("KernelCalls", ["GraphIR"]),
    tests("Examples"),
    tests("Kernels", ["CKernels", "GraphIR", "KernelCalls", "RandomStreams"]),
    tests("GraphPasses", ["GraphIR", "GraphReference", "GraphTestSupport", "KernelCalls"]),
    tests("GraphReference", ["GraphIR", "GraphTestSupport"]),
    tests(
      "Execution",
      [
        "CKernels", "EngineTestSupport", "GraphIR", "GraphPasses", "GraphReference", "GraphRuns",
        "GraphTestSupport", "KernelCalls", "Kernels", "Models", "TestScale",
      ]),
    tests("Optimizers", ["Configuration"]),
    tests(
      "DataParallel",
      [
        "Configuration", "Diagnosis", "EngineTestSupport", "Examples", "Execution", "GraphIR",
        "GraphPasses", "GraphReference", "GraphRuns", "GraphTestSupport", "KernelCalls", "Models",
        "Optimizers",
        "TeamTestSupport", "Teamwork", "Training",
      ]),
    .testTarget(
      name: "GoldenTests",
      dependencies: [
        "Configuration", "DataParallel", "Diagnosis", "EngineTestSupport", "Examples", "Execution",
        "GraphIR",
        "GraphPasses", "GraphReference", "GraphRuns", "HDF5", "Models", "Optimizers", "Training",
      ], swiftSettings: house),
    tests("Configuration", ["GraphReference"]),
    tests(
      "Models", ["Configuration", "Examples", "GraphIR", "GraphReference", "GraphTestSupport"]),
    tests("HDF5", ["CHDF5"]),
    tests("Containment", ["HDF5", "TestScale"]),
    tests("Datasets", ["Examples", "HDF5"]),
    tests("Rewriting", ["HDF5"]),
    tests("Importing", ["CPNG", "CTurboJPEG", "CZlib", "Configuration", "HDF5", "TestScale"]),
    tests("Downloading", [crypto]),
    tests("ProceduralData", ["HDF5"]),
    tests("Export", ["GraphIR", protobuf]),
    tests("Reports", ["CPNG"]),
    tests(
      "Checkpoints",
      ["Configuration", "FileTestSupport", "Files", "HDF5", "TestScale", "Training"]),
    tests(
      "Training",
      [
        "Configuration", "DataParallel", "Diagnosis", "EngineTestSupport", "Examples", "Execution",
        "GraphIR", "GraphPasses", "GraphRuns", "Models", "Optimizers", "Teamwork", "TestScale",
      ]),
    tests(
      "Evaluation",
      [
        "Configuration", "DataParallel", "EngineTestSupport", "Examples", "Execution", "GraphIR",
        "GraphRuns", "Models", "Training",
      ]),
    tests("Measuring", ["Configuration", "Models", "Training"]),
    tests(
      "Runs",
      [
        "Checkpoints", "Configuration", "DataParallel", "Datasets", "Diagnosis",
        "EngineTestSupport", "Evaluation", "Examples", "Files", "GraphRuns", "HDF5", "Importing",
        "Measuring", "Models", "Reports", "Training",
      ]),
    tests("Verification", ["HDF5", "Runs"]),
    .testTarget(
      name: "CommandLineTests",
      dependencies: [
        "vae-dp", "Checkpoints", "FuzzTargets", "GraphReference", "HDF5", "TestScale", "Training",
      ],
      exclude: ["Faults/faulty_calls.c"], swiftSettings: house),
  ]
)
