// swift-tools-version: 6.1
import PackageDescription

// This package is separate: users of the classifier then build no HTTP server.
let package = Package(
  name: "FastKMeansServer",
  platforms: [.macOS(.v15)],
  products: [
    // The routes, to be mounted in a Hummingbird application of one's own.
    .library(name: "FastKMeansServer", targets: ["FastKMeansServer"]),
    .executable(name: "fastkmeans-server", targets: ["fastkmeans-server"]),
  ],
  dependencies: [
    .package(name: "FastKMeans", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/apple/swift-configuration", from: "1.0.0"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.3.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.80.0"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.25.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.4.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.15.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.6.0"),
  ],
  targets: [
    .target(
      name: "FastKMeansServer",
      dependencies: [
        .product(name: "_FastKMeansServing", package: "FastKMeans"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "HummingbirdTLS", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]
    ),
    .executableTarget(
      name: "fastkmeans-server",
      dependencies: [
        "FastKMeansServer",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Configuration", package: "swift-configuration"),
        .product(name: "SystemPackage", package: "swift-system"),
      ]
    ),
    // What Benchmarks/bench.py compares with.
    .executableTarget(
      name: "hummingbird-hello",
      dependencies: [.product(name: "Hummingbird", package: "hummingbird")],
      path: "Benchmarks/Hello"
    ),
    .testTarget(
      name: "FastKMeansServerTests",
      dependencies: [
        "FastKMeansServer",
        .product(name: "_FastKMeansServing", package: "FastKMeans"),
      ]
    ),
  ],
  swiftLanguageModes: [.v6]
)
