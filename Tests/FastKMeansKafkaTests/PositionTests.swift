import FastKMeansStreams
import Testing

@testable import FastKMeansKafka

@Suite("Kafka positions")
struct PositionTests {
  private var sample: KafkaPosition {
    var position = KafkaPosition(topic: "docs")
    position.next = [0: 12, 7: 0, 3: .max]
    position.rows.append(partition: 3, offset: 5, key: [0x61])
    position.rows.append(partition: 3, offset: 6, key: [UInt8]?.none)
    position.rows.append(partition: 0, offset: 7, key: [])
    return position
  }

  @Test func comesBackAsItWas() throws {
    let bytes = try sample.encoded()
    #expect(try KafkaPosition(bytes, topic: "docs") == sample)
    #expect(try sample.encoded() == bytes)
  }

  @Test func beginsWithNothing() throws {
    #expect(try KafkaPosition(.beginning, topic: "docs") == KafkaPosition(topic: "docs"))
  }

  @Test func runsHoldRecordsThatFollowEachOther() {
    var list = RecordList()
    for offset in 10..<20 { list.append(partition: 1, offset: Int64(offset), key: [UInt8]?.none) }
    list.append(partition: 2, offset: 20, key: [UInt8]?.none)
    list.append(partition: 2, offset: 22, key: [UInt8]?.none)
    #expect(list.runs.count == 3)
    #expect(list.count == 12)
    #expect(list.records.map(\.offset) == [10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 22])
    #expect(list.records.map(\.partition).last == 2)
  }

  @Test func anotherTopicIsSaid() throws {
    let bytes = try sample.encoded()
    #expect(throws: KafkaError.otherTopic(expected: "other", found: "docs")) {
      try KafkaPosition(bytes, topic: "other")
    }
  }

  @Test(arguments: [
    "", "{}", "null", "[1]", #"{"version":2,"topic":"docs","next":[],"rows":{"runs":[],"keys":[]}}"#,
    #"{"version":1,"topic":"docs","next":[[0]],"rows":{"runs":[],"keys":[]}}"#,
    #"{"version":1,"topic":"docs","next":[[-1,3]],"rows":{"runs":[],"keys":[]}}"#,
    #"{"version":1,"topic":"docs","next":[[0,-3]],"rows":{"runs":[],"keys":[]}}"#,
    #"{"version":1,"topic":"docs","next":[[0,3],[0,4]],"rows":{"runs":[],"keys":[]}}"#,
    #"{"version":1,"topic":"docs","next":[[4294967296,3]],"rows":{"runs":[],"keys":[]}}"#,
    #"{"version":1,"topic":"docs","next":[],"rows":{"runs":[[0,0,9223372036854775807]],"keys":[]}}"#,
    #"{"version":1,"topic":"docs","next":[],"rows":{"runs":[[0,9223372036854775807,5]],"keys":[]}}"#,
    #"{"version":1,"topic":"docs","next":[],"rows":{"runs":[[0,0,0]],"keys":[]}}"#,
    #"{"version":1,"topic":"docs","next":[],"rows":{"runs":[[0,0,2]],"keys":["YQ=="]}}"#,
  ])
  func refusesWhatWasNotWritten(text: String) throws {
    let error = #expect(throws: KafkaError.self) {
      // An empty position is the beginning, so the empty text stands for a blank.
      try KafkaPosition(SourcePosition(bytes: Array((text.isEmpty ? " " : text).utf8)), topic: "docs")
    }
    guard case .badPositions = try #require(error) else {
      Issue.record("unexpected: \(String(describing: error))")
      return
    }
  }

  /// Cut or changed at any byte, it is refused or still sound; nothing traps.
  @Test func survivesDamage() throws {
    let bytes = try sample.encoded().bytes
    for index in bytes.indices {
      _ = try? KafkaPosition(SourcePosition(bytes: Array(bytes[..<index])), topic: "docs")
      for flip in [UInt8(0x01), 0x10, 0x80] {
        var damaged = bytes
        damaged[index] ^= flip
        guard let read = try? KafkaPosition(SourcePosition(bytes: damaged), topic: "docs") else { continue }
        #expect(read.next.values.allSatisfy { $0 >= 0 })
        #expect(read.rows.records.count == read.rows.count)
      }
    }
  }
}
