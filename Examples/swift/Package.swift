// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "tickets",
  platforms: [.macOS(.v15)],
  dependencies: [
    // In your program: .package(path: "../FastKMeans"), with the path of a checkout
    .package(name: "FastKMeans", path: "../..")
  ],
  targets: [
    .executableTarget(name: "tickets", dependencies: [.product(name: "FastKMeans", package: "FastKMeans")])
  ],
  swiftLanguageModes: [.v6]
)
