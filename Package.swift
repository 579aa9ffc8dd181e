// swift-tools-version: 6.1
import PackageDescription

// Arrows point one way: kernels <- core <- reference, text, formats <- streams <- command line, C interface.
// ARCHITECTURE.md has a paragraph for each target.
let package = Package(
  name: "FastKMeans",
  // The core uses the standard library's atomics (`Synchronization`).
  platforms: [.macOS(.v15), .iOS(.v18)],
  products: [
    // What most users import: texts or vectors in, answers out, and files.
    .library(name: "FastKMeans", targets: ["FastKMeans"]),
    // The classifier alone, without text, files and Foundation.
    .library(name: "FastKMeansCore", targets: ["FastKMeansCore"]),
    .library(name: "FastKMeansText", targets: ["FastKMeansText"]),
    .library(name: "FastKMeansFormats", targets: ["FastKMeansFormats"]),
    // For other languages: the C interface of fastkmeans.h. No name that differs from the program's by case only.
    .library(name: "fastkmeans_c", type: .dynamic, targets: ["FastKMeansABI"]),
    .library(name: "FastKMeansStreams", targets: ["FastKMeansStreams"]),
    .executable(name: "fastkmeans", targets: ["FastKMeansCLI"]),
    // Not API: what Benchmarks, a separate package, needs to see of the kernels and the scoring index.
    .library(name: "_FastKMeansMeasuring", targets: ["FastKMeansMeasuring", "CFastKMeansKernels"]),
    // Not API: the package Server answers requests with it.
    .library(name: "_FastKMeansServing", targets: ["FastKMeansServing"]),
  ],
  traits: [
    .trait(name: "Kafka", description: "Streams from and to Kafka; needs librdkafka 1.9 or newer.")
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")
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
    // Training to the letter of the PyTorch implementation: the mode `reference`.
    .target(name: "FastKMeansReference", dependencies: ["CFastKMeansKernels", "FastKMeansCore"]),
    .target(name: "FastKMeansMeasuring", dependencies: ["FastKMeansCore"]),
    .target(name: "FastKMeansText", dependencies: ["FastKMeansCore"]),
    .target(
      name: "FastKMeansFormats",
      dependencies: [
        "CFastKMeansKernels", "FastKMeansCore", "FastKMeansReference", "FastKMeansText", "CZlib",
        "CFastKMeansDecompressors",
      ]),
    .target(
      name: "FastKMeans",
      dependencies: ["FastKMeansCore", "FastKMeansReference", "FastKMeansText", "FastKMeansFormats"]),
    .target(
      name: "FastKMeansStreams",
      dependencies: ["CFastKMeansKernels", "FastKMeansCore", "FastKMeansText", "FastKMeansFormats"]),
    .target(
      name: "FastKMeansServing",
      dependencies: ["FastKMeansCore", "FastKMeansText", "FastKMeansFormats", "FastKMeansStreams"]),
    .systemLibrary(
      name: "CRdkafka",
      pkgConfig: "rdkafka",
      providers: [.apt(["librdkafka-dev"]), .brew(["librdkafka"])]
    ),
    // Without the trait only what needs no librdkafka is compiled.
    .target(
      name: "FastKMeansKafka",
      dependencies: [
        "FastKMeansCore", "FastKMeansText", "FastKMeansFormats", "FastKMeansStreams",
        .target(name: "CRdkafka", condition: .when(traits: ["Kafka"])),
      ]
    ),
    .executableTarget(
      name: "FastKMeansCLI",
      dependencies: [
        "FastKMeansCore", "FastKMeansReference", "FastKMeansText", "FastKMeansFormats", "FastKMeansStreams",
        "FastKMeansKafka", "FastKMeansServing",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      resources: [.copy("Resources/wordnet")]
    ),
    .target(name: "CFastKMeans"),
    .target(
      name: "FastKMeansABI",
      dependencies: [
        "CFastKMeans", "FastKMeansCore", "FastKMeansReference", "FastKMeansText", "FastKMeansFormats",
      ]
    ),
    .target(
      name: "FastKMeansTestSupport",
      dependencies: ["FastKMeansCore", "FastKMeansReference", "FastKMeansText"]),
    .testTarget(
      name: "KernelTests", dependencies: ["CFastKMeansKernels", "FastKMeansTestSupport"]),
    .testTarget(
      name: "FastKMeansCoreTests",
      dependencies: ["FastKMeansCore", "FastKMeansReference", "FastKMeansTestSupport"]
    ),
    .testTarget(
      name: "FastKMeansReferenceTests",
      dependencies: ["FastKMeansCore", "FastKMeansReference", "FastKMeansTestSupport"],
      resources: [.copy("Golden")]
    ),
    .testTarget(
      name: "FastKMeansTextTests",
      dependencies: ["FastKMeansText", "FastKMeansTestSupport"],
      exclude: ["Golden"]
    ),
    .testTarget(
      name: "FastKMeansFormatsTests",
      dependencies: ["FastKMeansFormats", "FastKMeansReference", "FastKMeansTestSupport"],
      resources: [.copy("Fixtures"), .copy("ModelSamples")]
    ),
    .testTarget(name: "FastKMeansTests", dependencies: ["FastKMeans", "FastKMeansTestSupport"]),
    .testTarget(
      name: "FastKMeansStreamsTests", dependencies: ["FastKMeansStreams", "FastKMeansTestSupport"]),
    .testTarget(
      name: "FastKMeansServingTests",
      dependencies: [
        "FastKMeansCore", "FastKMeansText", "FastKMeansFormats", "FastKMeansStreams", "FastKMeansServing",
      ]),
    .testTarget(
      name: "FastKMeansKafkaTests",
      dependencies: [
        "FastKMeansKafka", "FastKMeansStreams", "FastKMeansFormats", "FastKMeansTestSupport",
        .target(name: "CRdkafka", condition: .when(traits: ["Kafka"])),
      ]
    ),
    .testTarget(
      name: "CLITests",
      dependencies: ["FastKMeans", "FastKMeansCLI", "FastKMeansTestSupport"],
      resources: [.copy("Snapshots")]
    ),
    .testTarget(
      name: "ABITests",
      dependencies: ["CFastKMeans", "FastKMeansABI", "FastKMeansReference", "FastKMeansTestSupport"]),
    // Made-up inputs for every reader.
    .testTarget(
      name: "FuzzTests",
      dependencies: ["FastKMeansCore", "FastKMeansText", "FastKMeansFormats", "FastKMeansStreams"],
      path: "Fuzz",
      exclude: ["README.md", "Package.swift", "LibFuzzer", "run.sh"],
      sources: ["Readers", "Tests"]
    ),
  ],
  swiftLanguageModes: [.v6]
)
