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
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CKernels"),
    .target(name: "CStorage"),
    .target(name: "CTeamwork"),
    .target(name: "COneDNN", linkerSettings: [.linkedLibrary("dnnl")]),
    // The engine, lowest room first.
    room("Storage", ["CStorage"]),
    room("Teamwork", ["CTeamwork"]),
    room("RandomStreams"),
    room("GraphIR"),
    room("GraphReference", ["GraphIR"]),
    room("GraphPasses", ["GraphIR"]),
    room("Kernels", ["CKernels", "COneDNN", "GraphIR", "Storage"]),
    room("Execution", ["GraphIR", "GraphPasses", "Kernels", "RandomStreams", "Storage"]),
    // Optimisers, models and their configuration.
    room("Configuration"),
    room("Optimizers", ["CKernels", "Configuration"]),
    room(
      "DataParallel",
      [
        "CKernels", "Execution", "GraphIR", "GraphPasses", "Kernels", "Optimizers", "Storage",
        "Teamwork",
      ]),
    room("Models", ["Configuration", "GraphIR"]),
    room(
      "Training",
      [
        "Configuration", "DataParallel", "Execution", "GraphIR", "GraphPasses", "Models",
        "Optimizers", "RandomStreams", "Teamwork",
      ]),
    room(
      "Evaluation",
      ["DataParallel", "Execution", "GraphIR", "Models", "RandomStreams", "Training"]),
    // Files.
    room("HDF5", ["CHDF5", "CZlib"]),
    room("Datasets", ["CKernels", "CZlib", "DataParallel", "HDF5", "Storage", "Teamwork"]),
    room("Export", ["GraphIR", protobuf], exclude: ["Protocol/onnx.proto"]),
    room("Reports", ["CPNG"]),
    room("Checkpoints", ["HDF5", "Training", crypto]),
    // Everything joined.
    room(
      "Runs",
      [
        "Checkpoints", "CKernels", "Configuration", "DataParallel", "Datasets", "Evaluation",
        "Execution", "Export", "GraphIR", "GraphPasses", "HDF5", "Kernels", "Models", "Optimizers",
        "RandomStreams", "Reports", "Training",
      ]),
    room(
      "Verification",
      [
        "Checkpoints", "Configuration", "DataParallel", "Execution", "GraphIR", "GraphPasses",
        "GraphReference", "Models", "Optimizers", "Runs", "Training",
      ]),
    room(
      "VAEDP",
      [
        "Checkpoints", "Configuration", "DataParallel", "Datasets", "Evaluation", "Export",
        "GraphIR", "HDF5", "Models", "Optimizers", "Reports", "Runs", "Training", "Verification",
      ]),
    .executableTarget(
      name: "vae-dp", dependencies: ["VAEDP", arguments], swiftSettings: house),

    // Tests, one target per room.
    support("GraphTestSupport", ["GraphIR", "GraphPasses", "GraphReference"]),
    support(
      "EngineTestSupport", ["CAllocationCounter", "Configuration", "DataParallel", "Models"]),
    support("TestScale", []),
    support("TeamTestSupport", ["Teamwork"]),
    support(
      "FuzzTargets",
      [
        "Checkpoints", "Configuration", "DataParallel", "Datasets", "Evaluation", "Export",
        "GraphReference", "HDF5", "Models", "Reports", "Runs", "Training",
      ]),
    .executableTarget(
      name: "fuzz", dependencies: ["FuzzTargets", arguments], path: "Tests/Fuzzing",
      exclude: ["libfuzzer.sh", "LibFuzzer"], swiftSettings: house),
    .target(name: "CAllocationCounter", path: "Tests/CAllocationCounter"),
    tests("Storage", ["CStorage", "TestScale"]),
    .target(name: "CProcessorPin", path: "Tests/CProcessorPin"),
    tests("Teamwork", ["CProcessorPin", "TeamTestSupport", "TestScale"], exclude: ["Model"]),
    tests("Kernels", ["CKernels", "GraphIR", "RandomStreams"]),
    tests("GraphPasses", ["GraphIR", "GraphReference", "GraphTestSupport"]),
    tests("GraphReference", ["GraphIR", "GraphTestSupport"]),
    tests(
      "Execution",
      [
        "DataParallel", "EngineTestSupport", "GraphIR", "GraphPasses", "GraphReference",
        "GraphTestSupport", "Kernels", "Models", "TestScale",
      ]),
    tests("Optimizers", ["Configuration"]),
    tests(
      "DataParallel",
      [
        "Configuration", "EngineTestSupport", "Execution", "GraphIR", "GraphPasses",
        "GraphReference", "GraphTestSupport", "Models", "Optimizers", "TeamTestSupport", "Teamwork",
      ]),
    .testTarget(
      name: "GoldenTests",
      dependencies: [
        "Configuration", "DataParallel", "EngineTestSupport", "Execution", "GraphIR",
        "GraphPasses", "HDF5", "Models", "Optimizers", "Training",
      ], swiftSettings: house),
    tests("Configuration", ["GraphReference"]),
    tests("Models", ["Configuration", "GraphIR", "GraphReference", "GraphTestSupport"]),
    tests("HDF5", ["CHDF5"]),
    tests("Datasets", ["CZlib", "DataParallel", "HDF5"]),
    tests("Export", ["GraphIR", protobuf]),
    tests("Reports", ["CPNG"]),
    tests("Checkpoints", ["HDF5", "TestScale", "Training"]),
    tests(
      "Training",
      [
        "Configuration", "DataParallel", "EngineTestSupport", "Execution", "GraphIR",
        "GraphPasses", "Models", "Optimizers", "Teamwork", "TestScale",
      ]),
    tests(
      "Evaluation",
      [
        "Configuration", "DataParallel", "EngineTestSupport", "Execution", "GraphIR", "Models",
        "Training",
      ]),
    tests(
      "Runs",
      [
        "Checkpoints", "Configuration", "DataParallel", "Datasets", "EngineTestSupport",
        "Evaluation", "HDF5", "Models", "Training",
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
