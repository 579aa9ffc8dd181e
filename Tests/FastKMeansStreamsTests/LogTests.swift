import FastKMeansFormats
import Testing

@testable import FastKMeansStreams

@Suite("Log of batches")
struct LogTests {
  private static let stream = [UInt8](repeating: 7, count: LogFormat.streamByteCount)
  private static let folder = "s"

  /// A log of five records of different lengths, and where each ends.
  private func sample() throws -> (bytes: [UInt8], payloads: [[UInt8]], ends: [Int]) {
    let files = MemoryFiles()
    let log = try BatchLog(files: files, folder: Self.folder, stream: Self.stream, first: 4)
    var random = SplitMix(seed: 1)
    var ends = [LogFormat.headerByteCount]
    let payloads = [5, 0, 61, 17, 33].map { count in
      (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    }
    for (index, payload) in payloads.enumerated() {
      try log.append([payload])
      #expect(log.next == UInt64(5 + index))
      ends.append(ends[index] + LogFormat.recordHeaderByteCount + payload.count)
    }
    return (try #require(files.content(log.path)), payloads, ends)
  }

  private func read(_ bytes: [UInt8]) throws -> (payloads: [[UInt8]], reader: LogReader)? {
    let files = MemoryFiles()
    files.setContent("log", bytes)
    guard var reader = try LogReader(files: files, path: "log", stream: Self.stream) else { return nil }
    var payloads: [[UInt8]] = []
    while let payload = try reader.read() { payloads.append(payload) }
    return (payloads, reader)
  }

  @Test func givesBackWhatWasWritten() throws {
    let (bytes, payloads, ends) = try sample()
    let found = try #require(try read(bytes))
    #expect(found.payloads == payloads)
    #expect(found.reader.next == 9)
    #expect(found.reader.validByteCount == ends[5])
    #expect(found.reader.droppedByteCount == 0)
  }

  @Test func cutAtAnyByteGivesTheWholeRecordsBeforeIt() throws {
    let (bytes, payloads, ends) = try sample()
    for cut in 0...bytes.count {
      guard let found = try read(Array(bytes[..<cut])) else {
        #expect(cut < LogFormat.headerByteCount)
        continue
      }
      let whole = ends.count { $0 <= cut } - 1
      #expect(found.payloads == Array(payloads[..<whole]), "cut at \(cut)")
      #expect(found.reader.droppedByteCount == cut - ends[whole], "cut at \(cut)")
      #expect(found.reader.next == UInt64(4 + whole), "cut at \(cut)")
    }
  }

  @Test func goesOnBehindTheLastWholeRecord() throws {
    let (bytes, payloads, ends) = try sample()
    for cut in LogFormat.headerByteCount...bytes.count {
      let files = MemoryFiles()
      files.setContent("log", Array(bytes[..<cut]))
      var reader = try #require(try LogReader(files: files, path: "log", stream: Self.stream))
      while try reader.read() != nil {}
      let log = try BatchLog(files: files, continuing: reader)
      try log.append([[1, 2, 3]])
      let whole = ends.count { $0 <= cut } - 1
      let written = try #require(files.content("log"))
      let again = try #require(try read(written))
      #expect(again.payloads == Array(payloads[..<whole]) + [[1, 2, 3]], "cut at \(cut)")
      #expect(again.reader.droppedByteCount == 0)
    }
  }

  @Test func findsEveryFlippedBit() throws {
    let (bytes, payloads, ends) = try sample()
    for position in bytes.indices {
      for bit in 0..<8 as Range<UInt8> {
        var damaged = bytes
        damaged[position] ^= 1 << bit
        let place = "byte \(position), bit \(bit)"
        do {
          let found = try #require(try read(damaged))
          // Only the last record can be taken for one that was being written.
          #expect(position >= ends[4], "\(place)")
          #expect(found.payloads == Array(payloads[..<4]), "\(place)")
          #expect(found.reader.droppedByteCount == bytes.count - ends[4], "\(place)")
        } catch let error as StreamError {
          #expect(position < ends[4], "\(place): \(error)")
        }
      }
    }
  }

  @Test func refusesALogOfAnotherState() throws {
    let (bytes, _, _) = try sample()
    let files = MemoryFiles()
    files.setContent("log", bytes)
    let other = [UInt8](repeating: 8, count: LogFormat.streamByteCount)
    #expect(throws: StreamError.foreignFile(path: "log")) {
      try LogReader(files: files, path: "log", stream: other)
    }
  }

  @Test func refusesANewerVersion() throws {
    var (bytes, _, _) = try sample()
    bytes[8] = 3
    #expect(throws: StreamError.newerCheckpoint(path: "log", found: "3", supported: "2")) { try read(bytes) }
  }

  @Test(arguments: MemoryFiles.Fault.allCases)
  func takesNothingMoreAfterAFailure(_ fault: MemoryFiles.Fault) throws {
    let files = MemoryFiles()
    let log = try BatchLog(files: files, folder: Self.folder, stream: Self.stream, first: 1)
    try log.append([[1]])
    files.fail(at: 1, fault)
    #expect(throws: FileError.self) { try log.append([[2]]) }
    var random = SplitMix(seed: 3)
    files.crash(&random)
    // The disk works again, but nobody knows what the failed write has left.
    #expect(throws: FileError.self) { try log.append([[3]]) }
  }
}
