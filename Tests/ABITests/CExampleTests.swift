import Foundation
import Testing

/// The example in C, built against the dynamic library that lies beside the tests, and run.
@Suite struct CExampleTests {
  private static let repository = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The folder that the build puts all products in.
  private static func products() throws -> URL {
    #if os(macOS)
      let name = "libfastkmeans_c.dylib"
    #else
      let name = "libfastkmeans_c.so"
    #endif
    var folder =
      Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
      ?? URL(fileURLWithPath: CommandLine.arguments[0])
    for _ in 0..<5 {
      folder.deleteLastPathComponent()
      if FileManager.default.fileExists(atPath: folder.appendingPathComponent(name).path) { return folder }
    }
    Issue.record("no \(name) near the tests; build it with `swift build`")
    return folder
  }

  /// What a program prints, and its status.
  private static func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
    let (process, pipe) = (Process(), Pipe())
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }

  @Test func theExampleLearnsSavesReadsAndAnswers() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("fastkmeans-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let products = try Self.products()
    let program = folder.appendingPathComponent("classify").path
    let built = try Self.run([
      "clang", "-std=c11", "-Wall", "-Wextra", "-Werror",
      "-I", Self.repository.appendingPathComponent("Sources/CFastKMeans/include").path,
      Self.repository.appendingPathComponent("Examples/c/classify.c").path, "-o", program,
      "-L", products.path, "-lfastkmeans_c", "-Wl,-rpath,\(products.path)",
    ])
    #expect(built.status == 0 && built.output.isEmpty, "\(built.output)")
    let run = try Self.run([program, folder.appendingPathComponent("tickets.safetensors").path])
    #expect(run.status == 0)
    #expect(
      run.output == """
        learned 3 prototypes from 12 texts with 115 features
        my screen is black             screen
        where is my parcel             delivery
        charged twice, refund please   payment
        invalid option: k_init is 0; allowed: a whole number from 1 to 2147483647, or auto

        """)
  }
}
