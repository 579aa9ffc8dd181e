import FastKMeansCore
import FastKMeansTestSupport
import Foundation
import Testing

/// The plug-in against the processor's engine. `make test-torch` builds the plug-in and runs these.
extension TorchTests {
  @Suite struct TorchDeviceTests {
    private let device: TorchDevice

    init() throws { device = try TorchDevice.open(TorchTest.device()) }

    /// The kernel's scores are the processor's bits; those of the library's product are not.
    private func check(
      _ shape: ScoringCase, seed: UInt64, truncation: Float = 0, isSparseExact: Bool = true
    ) throws {
      try DeviceChecks(shape, seed: seed, on: device, truncation: truncation, isSparseExact: isSparseExact)
        .all()
    }

    @Test func answersLikeThePlainTwin() throws {
      for seed in 600..<616 as Range<UInt64> { try check(ScoringIndexTests.shape(seed), seed: seed) }
    }

    @Test func theLibrarysProductAnswersLikeThePlainTwin() throws {
      try TorchTest.with(["FASTKMEANS_TORCH_SPARSE": "densify"]) {
        for seed in 630..<638 as Range<UInt64> {
          try check(ScoringIndexTests.shape(seed), seed: seed, isSparseExact: false)
        }
      }
    }

    @Test func manyBlocksAndTilesAnswerLikeThePlainTwin() throws {
      try TorchTest.with(["FASTKMEANS_TORCH_TILE_BYTES": "100000"]) {
        var shape = ScoringCase(featureCount: 12, prototypeCount: 9_000, classCount: 700, documentCount: 3)
        shape.documentFill = 0.5
        for seed in 650..<652 as Range<UInt64> {
          shape.areSparseDocuments = seed % 2 == 0
          try check(shape, seed: seed)
        }
      }
    }

    @Test func truncationAndExtremeScalesAreKeptTo() throws {
      try check(ScoringIndexTests.shape(660), seed: 660, truncation: 0.2)
      var shape = ScoringCase(featureCount: 30, prototypeCount: 40, classCount: 9, documentCount: 12)
      shape.hasScales = true
      for factor in [1e-30, 1e18] as [Float] {
        shape.scaleFactor = factor
        try check(shape, seed: 17)
      }
    }

    @Test func emptyInputsAreAnswered() throws {
      try check(ScoringCase(featureCount: 5, prototypeCount: 0, classCount: 1, documentCount: 3), seed: 1)
      try check(ScoringCase(featureCount: 5, prototypeCount: 4, classCount: 2, documentCount: 0), seed: 1)
      var shape = ScoringCase(featureCount: 10, prototypeCount: 5, classCount: 3, documentCount: 6)
      shape.prototypeFill = 0
      try check(shape, seed: 3)
    }

    @Test func prototypesBeyondTheMemoryAreStreamedInBlocks() throws {
      // Four blocks of 4,000 prototypes x 40 features x 4 bytes, where there is room for three.
      var shape = ScoringCase(featureCount: 40, prototypeCount: 16_000, classCount: 4_000, documentCount: 2)
      shape.documentFill = 0.5
      shape.isSparseSet = false
      try TorchTest.with(["FASTKMEANS_TORCH_TILE_BYTES": "10000", "FASTKMEANS_TORCH_MEMORY": "2300000"]) {
        for seed in 670..<672 as Range<UInt64> {
          shape.areSparseDocuments = seed % 2 == 0
          try check(shape, seed: seed)
        }
      }
    }

    @Test func prototypesThatDoNotFitAreRefusedWithTheNumbers() throws {
      let shape = ScoringCase(featureCount: 40, prototypeCount: 5_000, classCount: 100, documentCount: 1)
      try TorchTest.with(["FASTKMEANS_TORCH_TILE_BYTES": "10000", "FASTKMEANS_TORCH_MEMORY": "300000"]) {
        do {
          try check(shape, seed: 1)
          Issue.record("300,000 bytes were enough for 800,000")
        } catch DeviceError.outOfMemory(_, let what, let needed, let available) {
          #expect(what == "the prototypes")
          #expect(needed > 600_000)
          #expect(available == 300_000 - 30_000 - 60_000)
        }
      }
    }

    @Test func aValueBeyondFloat16IsNamed() throws {
      try expectOverflow(rowCount: 5, tooLarge: [3])
    }

    /// The plug-in's threads meet them in any order.
    @Test func ofManyValuesBeyondFloat16TheFirstRowIsNamed() throws {
      for _ in 0..<20 { try expectOverflow(rowCount: 2_000, tooLarge: [1_900, 700, 701, 1_300]) }
    }

    private func expectOverflow(rowCount: Int, tooLarge: [Int]) throws {
      var shape = ScoringCase(featureCount: 6, prototypeCount: 4, classCount: 2, documentCount: 0)
      shape.precision = .float16
      let parts = shape.parts(seed: 5)
      let scoring = try DeviceScoring(ScoredPrototypes(set: parts.prototypes, classCount: 2), on: device)
      var values = [Float](repeating: 1, count: rowCount * 6)
      for row in tooLarge { values[row * 6 + 2] = 70_000 }
      let rows = try DenseMatrix(rowCount: rowCount, columnCount: 6, values: values)
      var found = [Int32](repeating: -1, count: rowCount)
      do {
        try found.withUnsafeMutableBufferPointer { found in
          try rows.withRows {
            try scoring.bestPrototypes(of: .dense($0), scales: nil, workers: 1, into: found)
          }
        }
        Issue.record("70,000 went into float16")
      } catch DeviceError.overflow(_, let row, let reason) {
        #expect(row == tooLarge.min())
        #expect(reason.contains("70000") && reason.contains("float16"))
      }
    }

    @Test func aDeviceThatIsNotThereIsNamed() throws {
      #expect(throws: DeviceError.self) { try TorchDevice.open(.cuda(99)) }
    }

    @Test func moreThanOneThreadMayAsk() throws {
      let shape = ScoringCase(featureCount: 20, prototypeCount: 30, classCount: 5, documentCount: 200)
      let checks = try DeviceChecks(shape, seed: 9, on: device)
      try Parallel.forEach(count: 6, workers: 3) { _, _ in
        var found = [Int32](repeating: -7, count: 200)
        try checks.parts.documents.withRows { rows in
          try found.withUnsafeMutableBufferPointer {
            try checks.scoring.bestPrototypes(of: rows, scales: nil, workers: 1, into: $0)
          }
        }
        #expect(found == (0..<200).map { checks.twin.best($0).prototype })
      }
    }
  }
}

/// All that use the plug-in, one after the other: some change what the plug-in reads from the environment.
@Suite(
  .enabled(
    if: TorchTest.isOn,
    "FASTKMEANS_TORCH_PLUGIN names no plug-in: 'make test-torch' installs PyTorch, builds it and runs these tests"
  ),
  .serialized)
enum TorchTests {}

/// How these tests are switched on.
enum TorchTest {
  static var isOn: Bool { environment("FASTKMEANS_TORCH_PLUGIN") != nil }

  /// `FASTKMEANS_TORCH_TEST_DEVICE`, by default LibTorch on the processor.
  static func device() throws -> Device {
    try Device(name: environment("FASTKMEANS_TORCH_TEST_DEVICE") ?? "torch:cpu")
  }

  private static func environment(_ name: String) -> String? {
    guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty else { return nil }
    return value
  }

  /// Runs with variables that the plug-in reads; the suites that use it run their tests one by one.
  static func with(_ variables: [String: String], _ body: () throws -> Void) rethrows {
    for (name, value) in variables { setenv(name, value, 1) }
    defer { for name in variables.keys { unsetenv(name) } }
    try body()
  }
}
