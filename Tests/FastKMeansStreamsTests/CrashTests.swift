import FastKMeansFormats
import FastKMeansText
import Testing

@testable import FastKMeansStreams

/// The disk fails at each call in turn, the machine stops, and the stream is started again: nothing that was reported
/// may be missing, nothing may be there twice, and the end must be the same to the byte.
@Suite("Crashes")
struct CrashTests {
  struct Kind: Sendable, CustomTestStringConvertible {
    var isRereadable: Bool
    var isText: Bool
    var testDescription: String { "\(isRereadable ? "file" : "pipe") of \(isText ? "text" : "vectors")" }

    func batches() throws -> [RowBatch] {
      isText
        ? SampleBatches.text(10, rows: 12, seed: 3) : try SampleBatches.vectors(10, rows: 12, seed: 3)
    }

    func rehearsal() -> Rehearsal { Rehearsal(text: isText ? TextOptions() : nil) }
  }

  static let kinds = [true, false].flatMap { file in
    [true, false].map { Kind(isRereadable: file, isText: $0) }
  }

  private struct End: Equatable {
    var model: [UInt8]?
    var rejects: [UInt8]?
  }

  private func end(_ rehearsal: Rehearsal) -> End {
    End(model: rehearsal.files.content("m"), rejects: rehearsal.files.content("rejects"))
  }

  private func undisturbed(_ kind: Kind) throws -> (end: End, calls: Int) {
    let rehearsal = kind.rehearsal()
    let numbers = try rehearsal.run(ListSource(try kind.batches(), isRereadable: kind.isRereadable))
    #expect(numbers == Array(1...10))
    return (end(rehearsal), rehearsal.files.callCount)
  }

  @Test(arguments: kinds) func atAnyCallLoseNothing(_ kind: Kind) throws {
    let (expected, calls) = try undisturbed(kind)
    #expect(expected.model != nil)
    #expect(calls > 100)
    // Each call for one kind; the others, which differ in what they keep, a call in five.
    let step = kind.isRereadable || kind.isText ? 5 : 1
    for call in stride(from: 1, through: calls + 3, by: step) {
      let faults = MemoryFiles.Fault.allCases
      try crash(at: call, faults[call / step % faults.count], kind, expected)
    }
  }

  private func crash(at call: Int, _ fault: MemoryFiles.Fault, _ kind: Kind, _ expected: End) throws {
    let place = "call \(call), \(fault), \(kind.testDescription)"
    var random = SplitMix(seed: UInt64(call) &* 31 &+ 7)
    let rehearsal = kind.rehearsal()
    var reported: [UInt64] = []
    rehearsal.files.fail(at: call, fault)
    var failed = false
    do {
      try rehearsal.run(ListSource(try kind.batches(), isRereadable: kind.isRereadable)) {
        reported.append($0)
      }
    } catch {
      #expect(error is FileError, "\(place): \(error)")
      failed = true
    }
    #expect(failed == rehearsal.files.hasFailed, "\(place): a failure that nobody heard of")
    rehearsal.files.crash(&random)
    try rehearsal.run(ListSource(try kind.batches(), isRereadable: kind.isRereadable)) { reported.append($0) }
    #expect(Set(reported).count == reported.count, "\(place): twice, \(reported)")
    #expect(reported == reported.sorted(), "\(place)")
    #expect(end(rehearsal) == expected, "\(place)")
  }

  @Test(arguments: kinds) func manyInARowLoseNothing(_ kind: Kind) throws {
    let (expected, _) = try undisturbed(kind)
    for seed in 0..<8 as Range<UInt64> {
      var random = SplitMix(seed: seed)
      let rehearsal = kind.rehearsal()
      var reported: [UInt64] = []
      var rounds = 0
      while rounds < 400 {
        rounds += 1
        // Later rounds get further, so that it ends.
        rehearsal.files.fail(at: 20 + random.below(40 + rounds), .inputOutput)
        let source = ListSource(try kind.batches(), isRereadable: kind.isRereadable)
        let isDone = (try? rehearsal.run(source) { reported.append($0) }) != nil
        rehearsal.files.crash(&random)
        if isDone { break }
      }
      #expect(rounds > 1, "seed \(seed)")
      #expect(Set(reported).count == reported.count, "seed \(seed): twice, \(reported)")
      #expect(end(rehearsal) == expected, "seed \(seed)")
    }
  }

  @Test(arguments: kinds) func stopsBetweenBatchesChangeNothing(_ kind: Kind) throws {
    let (expected, _) = try undisturbed(kind)
    for pause in [1, 2, 3, 7] {
      let rehearsal = kind.rehearsal()
      var numbers: [UInt64] = []
      for _ in 0..<20 {
        let source = ListSource(try kind.batches(), isRereadable: kind.isRereadable)
        numbers += try rehearsal.run(source, stopAfter: pause)
      }
      #expect(numbers == Array(1...10), "a stop after \(pause)")
      #expect(end(rehearsal) == expected, "a stop after \(pause)")
    }
  }

  @Test func aDamagedCheckpointGivesWayToTheOneBefore() throws {
    let kind = Kind(isRereadable: true, isText: true)
    let (expected, _) = try undisturbed(kind)
    let rehearsal = kind.rehearsal()
    try rehearsal.run(ListSource(try kind.batches(), isRereadable: true), stopAfter: 8)
    let newest = try #require(rehearsal.files.paths.last { $0.hasSuffix(".state") })
    var bytes = try #require(rehearsal.files.content(newest))
    bytes[bytes.count - 5] ^= 4
    rehearsal.files.setContent(newest, bytes)
    var notes: [String] = []
    let runner = try rehearsal.open(ListSource(try kind.batches(), isRereadable: true)) { notes.append($0) }
    #expect(notes.contains { $0.contains("damaged") && $0.contains("put aside") })
    #expect(notes.contains { $0.contains("brought back") })
    try runner.run(stop: StopSignal()) { _ in }
    #expect(end(rehearsal) == expected)
  }
}
