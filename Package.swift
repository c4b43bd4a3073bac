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

func tests(_ room: String, _ others: [Target.Dependency] = []) -> Target {
  .testTarget(
    name: room + "Tests", dependencies: [.byName(name: room)] + others, swiftSettings: house)
}

func support(_ name: String, _ imports: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: imports, path: "Tests/\(name)", swiftSettings: house)
}

let protobuf: Target.Dependency = .product(name: "SwiftProtobuf", package: "swift-protobuf")

let package = Package(
  name: "vae-dp",
  dependencies: [
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0")
  ],
  targets: [
    // Libraries of the system, and C.
    .systemLibrary(name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .target(name: "CKernels"),
    .target(name: "COneDNN", linkerSettings: [.linkedLibrary("dnnl")]),
    // The engine, lowest room first.
    room("Storage"),
    room("RandomStreams"),
    room("GraphIR"),
    room("GraphReference", ["GraphIR"]),
    room("GraphPasses", ["GraphIR"]),
    room("Kernels", ["CKernels", "COneDNN", "GraphIR", "Storage"]),
    room("Execution", ["GraphIR", "GraphPasses", "Kernels", "RandomStreams", "Storage"]),
    room("DataParallel", ["CKernels", "Execution", "GraphIR", "Kernels", "Storage"]),
    // Models and their configuration.
    room("Configuration"),
    room("Models", ["Configuration", "GraphIR"]),
    // Files.
    room("HDF5", ["CHDF5"]),
    room("Export", ["GraphIR", protobuf], exclude: ["Protocol/onnx.proto"]),
    room("Reports", ["CPNG"]),

    // Tests, one target per room.
    support("GraphTestSupport", ["GraphIR", "GraphPasses", "GraphReference"]),
    tests("GraphPasses", ["GraphIR", "GraphReference", "GraphTestSupport"]),
    tests("GraphReference", ["GraphIR", "GraphTestSupport"]),
    tests(
      "Execution",
      ["DataParallel", "GraphIR", "GraphPasses", "GraphReference", "GraphTestSupport"]),
    tests("Configuration"),
    tests("Models", ["Configuration", "GraphIR", "GraphReference", "GraphTestSupport"]),
    tests("HDF5"),
    tests("Export", ["GraphIR", protobuf]),
    tests("Reports", ["CPNG"]),
  ]
)
