// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "tickets",
  platforms: [.macOS(.v15)],
  dependencies: [
    // In a program of your own: .package(url: "https://github.com/OWNER/FastKMeans", branch: "main")
    .package(name: "FastKMeans", path: "../..")
  ],
  targets: [
    .executableTarget(name: "tickets", dependencies: [.product(name: "FastKMeans", package: "FastKMeans")])
  ],
  swiftLanguageModes: [.v6]
)
