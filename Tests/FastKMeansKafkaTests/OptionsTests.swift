import Testing

@testable import FastKMeansKafka

@Suite("Kafka options")
struct OptionsTests {
  @Test(arguments: [
    "bootstrap.servers", "group.id", "enable.auto.commit", "enable.auto.offset.store", "auto.offset.reset",
    "enable.partition.eof", "enable.idempotence", "message.timeout.ms",
  ])
  func refusesPropertiesThatGuaranteesRestOn(name: String) throws {
    var options = KafkaOptions()
    options.properties = [name: "1"]
    let error = #expect(throws: KafkaError.self) { try options.validate() }
    guard case .reservedProperty(name, _) = try #require(error) else {
      Issue.record("unexpected: \(String(describing: error))")
      return
    }
  }

  @Test func refusesCooperativeRebalancing() {
    var options = KafkaOptions()
    options.properties = ["partition.assignment.strategy": "cooperative-sticky"]
    #expect(throws: KafkaError.self) { try options.validate() }
    options.properties = ["partition.assignment.strategy": "roundrobin"]
    #expect(throws: Never.self) { try options.validate() }
  }

  @Test func refusesValuesOutOfRange() {
    func isRefused(_ change: (inout KafkaOptions) -> Void) -> Bool {
      var options = KafkaOptions()
      change(&options)
      return (try? options.validate()) == nil
    }
    #expect(!isRefused { _ in })
    #expect(isRefused { $0.group = "" })
    #expect(isRefused { $0.group = String(repeating: "g", count: 256) })
    #expect(isRefused { $0.firstContact = 0 })
    #expect(isRefused { $0.firstContact = .nan })
    #expect(isRefused { $0.firstContact = .infinity })
    #expect(isRefused { $0.maxRecordBytes = 0 })
    #expect(isRefused { $0.maxRecordBytes = .max })
  }

  @Test func errorsAreOneLine() {
    let place = TopicPartition(topic: "docs", partition: 3)
    let fault = KafkaError.Fault(code: -1, name: "_X", text: "two\nlines")
    let errors: [KafkaError] = [
      .notBuilt, .badAddress("a\nb", reason: "r"), .unreachable(brokers: "a:1", seconds: 2.5, reason: fault),
      .noTopic("docs", brokers: "a:1"), .offsetOutOfRange(place, offset: 1, earliest: 5, latest: 9),
      .offsetOutOfRange(place, offset: 10, earliest: 5, latest: 9),
      .missingPartition(place, partitionCount: 1),
      .otherTopic(expected: "a", found: "b"), .undelivered(count: 2, topic: "t", reason: fault),
      .fatal(fault), .failed(.commit, fault), .closed, .badPositions(reason: "r"),
    ]
    for error in errors {
      #expect(!error.description.isEmpty)
      #expect(!error.description.contains { $0.isNewline }, "\(error)")
    }
    #expect(errors[0].description.contains("swift build -c release --product fastkmeans --traits Kafka"))
    #expect(errors[4].description.contains("4 records were deleted"))
  }
}
