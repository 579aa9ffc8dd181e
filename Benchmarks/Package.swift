// swift-tools-version: 6.1
import PackageDescription

// A separate package, so that users of the library never resolve or build what only measures it.
let package = Package(
  name: "FastKMeansBenchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [
    // Named, since the folder of a clone may be called anything.
    .package(name: "FastKMeans", path: "..")
  ],
  targets: [
    .target(
      name: "BenchmarkSupport",
      dependencies: [
        .product(name: "FastKMeans", package: "FastKMeans"),
        .product(name: "FastKMeansFormats", package: "FastKMeans"),
      ]
    ),
    .executableTarget(
      name: "RowsBenchmark",
      dependencies: ["BenchmarkSupport", .product(name: "FastKMeans", package: "FastKMeans")]
    ),
    .executableTarget(
      name: "StreamBenchmark",
      dependencies: [
        "BenchmarkSupport",
        .product(name: "FastKMeans", package: "FastKMeans"),
        .product(name: "FastKMeansFormats", package: "FastKMeans"),
      ]
    ),
    .executableTarget(
      name: "FitMemoryBenchmark",
      dependencies: ["BenchmarkSupport", .product(name: "FastKMeans", package: "FastKMeans")]
    ),
    // What this machine can do at most: multiply-adds and bytes a second.
    .target(name: "CMachinePeak"),
    .executableTarget(
      name: "KernelBenchmark",
      dependencies: [
        "BenchmarkSupport", "CMachinePeak", .product(name: "_FastKMeansMeasuring", package: "FastKMeans"),
      ]
    ),
    .executableTarget(
      name: "ScoringBenchmark",
      dependencies: [
        "BenchmarkSupport",
        .product(name: "FastKMeans", package: "FastKMeans"),
        .product(name: "FastKMeansFormats", package: "FastKMeans"),
        .product(name: "_FastKMeansMeasuring", package: "FastKMeans"),
      ]
    ),
    .executableTarget(
      name: "AnswerBenchmark",
      dependencies: [
        "BenchmarkSupport",
        .product(name: "FastKMeans", package: "FastKMeans"),
        .product(name: "FastKMeansFormats", package: "FastKMeans"),
        .product(name: "_FastKMeansMeasuring", package: "FastKMeans"),
      ]
    ),
    .executableTarget(
      name: "DenseBenchmark",
      dependencies: [
        "BenchmarkSupport", "CMachinePeak",
        .product(name: "FastKMeans", package: "FastKMeans"),
        .product(name: "FastKMeansFormats", package: "FastKMeans"),
        .product(name: "_FastKMeansMeasuring", package: "FastKMeans"),
      ]
    ),
  ],
  swiftLanguageModes: [.v6]
)
