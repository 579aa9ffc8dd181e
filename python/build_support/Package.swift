// swift-tools-version: 6.1
import PackageDescription

// The Swift package in a source distribution of the Python package: the library and what it is made of, so that nothing
// else has to be downloaded. The repository's own manifest has the same targets and more.
let package = Package(
  name: "FastKMeans",
  platforms: [.macOS(.v15), .iOS(.v18)],
  products: [
    .library(name: "fastkmeans_c", type: .dynamic, targets: ["FastKMeansABI"])
  ],
  targets: [
    .target(name: "CFastKMeansKernels"),
    .target(name: "CFastKMeansAccelerator"),
    .target(name: "CFastKMeansDecompressors"),
    .systemLibrary(
      name: "CZlib",
      pkgConfig: "zlib",
      providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]
    ),
    .target(name: "FastKMeansCore", dependencies: ["CFastKMeansKernels", "CFastKMeansAccelerator"]),
    .target(name: "FastKMeansReference", dependencies: ["CFastKMeansKernels", "FastKMeansCore"]),
    .target(name: "FastKMeansText", dependencies: ["FastKMeansCore"]),
    .target(
      name: "FastKMeansFormats",
      dependencies: [
        "CFastKMeansKernels", "FastKMeansCore", "FastKMeansReference", "FastKMeansText", "CZlib",
        "CFastKMeansDecompressors",
      ]),
    .target(name: "CFastKMeans"),
    .target(
      name: "FastKMeansABI",
      dependencies: [
        "CFastKMeans", "FastKMeansCore", "FastKMeansReference", "FastKMeansText", "FastKMeansFormats",
      ]
    ),
  ],
  swiftLanguageModes: [.v6]
)
