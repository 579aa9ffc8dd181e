// swift-tools-version: 6.1
import PackageDescription

// A separate package, since `make fuzz` builds it with libFuzzer's flags, and nothing else builds it.
let package = Package(
  name: "FastKMeansFuzz",
  platforms: [.macOS(.v15)],
  dependencies: [
    // Named, since the folder of a clone may be called anything.
    .package(name: "FastKMeans", path: "..")
  ],
  targets: [
    .executableTarget(
      name: "Fuzzer",
      dependencies: [
        .product(name: "FastKMeansCore", package: "FastKMeans"),
        .product(name: "FastKMeansText", package: "FastKMeans"),
        .product(name: "FastKMeansFormats", package: "FastKMeans"),
        .product(name: "FastKMeansStreams", package: "FastKMeans"),
      ],
      path: ".",
      exclude: ["README.md", "run.sh", "Tests"],
      sources: ["Readers", "LibFuzzer"]
    )
  ],
  swiftLanguageModes: [.v6]
)
