#if Kafka
  import CRdkafka
  import FastKMeansFormats
  import FastKMeansStreams
  import Testing

  @testable import FastKMeansKafka

  @Suite("Kafka: connections and outages", .serialized, .timeLimit(.minutes(3)))
  struct ConnectionTests {
    @Test func anUnreachableBrokerIsAnErrorInTime() throws {
      var options = KafkaOptions()
      options.firstContact = 1.5
      let begin = ContinuousClock.now
      let error = #expect(throws: KafkaError.self) {
        // Nobody listens on port 1.
        try KafkaSource(
          KafkaAddress("kafka://127.0.0.1:1/docs"), format: .svmlight, reader: Learning.reader,
          options: options)
      }
      guard case .unreachable("127.0.0.1:1", 1.5, let reason) = try #require(error) else {
        Issue.record("unexpected: \(String(describing: error))")
        return
      }
      #expect(reason != nil)
      #expect(begin.duration(to: .now) < .seconds(60))
    }

    @Test func aTopicThatDoesNotExistIsAnError() throws {
      let cluster = try MockCluster()
      cluster.setError(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, of: "gone")
      let error = #expect(throws: KafkaError.self) { try openSource(cluster, "gone") }
      #expect(try #require(error) == .noTopic("gone", brokers: cluster.brokers))
    }

    @Test func aBadPropertyIsAnError() throws {
      let cluster = try MockCluster()
      for (name, value) in [("no.such.property", "1"), ("fetch.wait.max.ms", "many")] {
        let error = #expect(throws: KafkaError.self) {
          try openSource(cluster, "docs") { $0.properties[name] = value }
        }
        guard case .badProperty(name, _) = try #require(error) else {
          Issue.record("unexpected: \(String(describing: error))")
          return
        }
      }
    }

    @Test func waitsForBrokersThatGoAndComeBack() throws {
      let cluster = try MockCluster()
      try cluster.create("docs")
      let lines = Learning.lines(0..<64)
      try cluster.produce(Array(lines[..<32]), to: "docs")
      let notices = Notices()
      var learning = try Learning()
      let source = try openSource(cluster, "docs", notices: notices) { $0.stopsAtEnd = false }
      defer { source.close() }
      while learning.now.learned.count < 32 { _ = try learning.step(source, waiting: 30) }
      try learning.save(source)
      let before = source.position
      try cluster.setDown()
      while !notices.contains({ if case .outage = $0 { true } else { false } }) {
        #expect(try learning.step(source, waiting: 0.2) == .nothing)
      }
      #expect(source.position == before)
      try cluster.setUp()
      try cluster.produce(Array(lines[32...]), to: "docs")
      while learning.now.learned.count < 64 { _ = try learning.step(source, waiting: 30) }
      #expect(notices.contains { if case .recovered = $0 { true } else { false } })
      #expect(learning.now.learned == (1...64).map { "\($0)" })
      #expect(try learning.modelBytes == Learning.fileModel(lines))
    }

    @Test func aStopEndsTheWaitingForBrokers() throws {
      let cluster = try MockCluster()
      try cluster.create("docs")
      let source = try openSource(cluster, "docs") { $0.stopsAtEnd = false }
      defer { source.close() }
      try cluster.setDown()
      let stop = StopSignal()
      stop.request()
      #expect(try source.next(Learning.limits, waiting: 100, stop: stop) == .nothing)
    }

    /// The leader is known, and gone: a question that waits for it would never come back.
    @Test(.timeLimit(.minutes(2))) func aQuestionToALeaderThatIsGoneComesBack() throws {
      let cluster = try MockCluster()
      try cluster.create("docs")
      try cluster.produce(Learning.lines(0..<3), to: "docs")
      let client = try KafkaClient(.consumer, properties: ["bootstrap.servers": cluster.brokers])
      defer { client.close() }
      let place = TopicPartition(topic: "docs", partition: 0)
      let bounds = try client.bounds(of: place, timeout: 30)
      #expect(bounds == (0, 3))
      try cluster.setDown()
      #expect {
        try client.bounds(of: place, timeout: 0.5)
      } throws: { error in
        guard case KafkaError.failed(.position, let fault) = error else { return false }
        return fault.isOutage
      }
      try cluster.setUp()
      #expect(try client.bounds(of: place, timeout: 30) == bounds)
    }
  }
#endif
