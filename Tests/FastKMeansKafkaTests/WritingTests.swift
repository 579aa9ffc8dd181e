#if Kafka
  import CRdkafka
  import FastKMeansCore
  import FastKMeansFormats
  import FastKMeansStreams
  import Testing

  @testable import FastKMeansKafka

  @Suite("Kafka: dead letters and answers", .serialized, .timeLimit(.minutes(3)))
  struct WritingTests {
    private struct Letter: Equatable {
      var key: String?
      var value: String
      var headers: [String: String]
    }

    /// Everything in a one-partition topic.
    private func letters(_ cluster: MockCluster, _ topic: String, count: Int) throws -> [Letter] {
      try TopicReader(cluster, topic).read(count: count).map { record in
        Letter(
          key: record.key.map { String(decoding: $0, as: UTF8.self) },
          value: String(decoding: record.value ?? [], as: UTF8.self), headers: record.headers)
      }
    }

    @Test func unreadableRecordsGoToTheDeadLetterTopic() throws {
      let cluster = try MockCluster()
      try cluster.create("docs")
      try cluster.create("dead")
      let lines = Learning.lines(0..<40)
      var records: [String?] = lines
      records.insert("no row at all", at: 3)
      records.insert("class1 7:1 3:1", at: 20)
      records.insert("", at: 21)
      try cluster.produce(records, to: "docs", keys: records.indices.map { "key\($0)" })
      var learning = try Learning()
      let source = try openSource(cluster, "docs", deadLetter: "dead")
      defer { source.close() }
      try learning.run(source)
      #expect(learning.now.learned == (1...40).map { "\($0)" })
      #expect(try learning.modelBytes == Learning.fileModel(lines))
      #expect(source.counts.rejected == 3)

      let dead = try letters(cluster, "dead", count: 3)
      #expect(dead.map(\.key) == ["key3", "key20", "key21"])
      #expect(dead.map(\.value) == ["no row at all", "class1 7:1 3:1", ""])
      #expect(dead.map { $0.headers["fastkmeans.source.offset"] } == ["3", "20", "21"])
      #expect(dead.allSatisfy { $0.headers["fastkmeans.source.partition"] == "0" })
      #expect(dead.allSatisfy { $0.headers["fastkmeans.source.topic"] == "docs" })
      #expect(
        dead.map { $0.headers["fastkmeans.reason"] } == learning.rejected.map(\.reason.problem.description))
    }

    @Test func whatTheDeadLetterTopicDoesNotTakeGoesWithoutItsValue() throws {
      let cluster = try MockCluster()
      try cluster.create("docs")
      try cluster.create("dead")
      let large = "bad " + String(repeating: "x", count: 5000)
      try cluster.produce([large, Learning.lines(0..<1)[0]], to: "docs", keys: ["k"])
      var learning = try Learning()
      let source = try openSource(cluster, "docs", deadLetter: "dead") {
        $0.properties["message.max.bytes"] = "2000"
        $0.properties["fetch.message.max.bytes"] = "100000"
      }
      defer { source.close() }
      try learning.run(source)
      let dead = try letters(cluster, "dead", count: 1)
      #expect(dead.first?.key == "k")
      #expect(dead.first?.value == "")
      #expect(dead.first?.headers["fastkmeans.omitted.bytes"] == "5004")
    }

    @Test func answersCarryTheRecordsKeys() throws {
      let cluster = try MockCluster()
      try cluster.create("docs")
      try cluster.create("answers")
      let lines = Learning.lines(0..<48)
      try cluster.produce(lines, to: "docs", keys: lines.indices.map { $0 == 20 ? nil : "key\($0)" })
      var learning = try Learning()
      let source = try openSource(cluster, "docs") { $0.namesRecords = true }
      defer { source.close() }
      let answers = try KafkaAnswers(
        cluster.address("answers"), source: cluster.address("docs"), options: KafkaOptions(),
        stop: learning.stop,
        encode: { "\($0.best.label)" })
      defer { answers.close() }
      var sent = 0
      while true {
        let before = learning.now.classifier
        guard case .rows(let batch) = try learning.step(source, waiting: 30) else { break }
        // Nothing is known before the first batch.
        guard sent > 0 || learning.batches > 1, case .features(let features, _) = batch.data else {
          continue
        }
        let told = try before.model.classify(features, top: 1)
        try answers.send(told, upTo: source.position)
        sent += told.count
      }
      try answers.flush()
      #expect(sent == 32)
      let letters = try letters(cluster, "answers", count: 32)
      #expect(letters.map(\.key) == (16..<48).map { $0 == 20 ? nil : "key\($0)" })
      #expect(letters.map { $0.headers["fastkmeans.source.offset"] } == (16..<48).map { "\($0)" })
    }

    @Test func answersWaitForBrokersAndEndAtAStop() throws {
      let cluster = try MockCluster()
      try cluster.create("answers")
      let notices = Notices()
      var options = KafkaOptions()
      options.properties = ["reconnect.backoff.ms": "20", "reconnect.backoff.max.ms": "100"]
      let producer = try KafkaProducer(
        cluster.address("answers"), options: options, notice: { notices.add($0) })
      defer { producer.close() }
      try producer.send(KafkaMessage(value: [0x61]))
      try producer.flush()
      try cluster.setDown()
      try producer.send(KafkaMessage(value: [0x62]))
      var looks = 0
      let error = #expect(throws: KafkaError.self) {
        try producer.flush(
          patience: 0.2,
          unless: {
            looks += 1
            return looks > 5
          })
      }
      guard case .undelivered(1, "answers", _) = try #require(error) else {
        Issue.record("unexpected: \(String(describing: error))")
        return
      }
      try cluster.setUp()
      try producer.flush()
      #expect(try letters(cluster, "answers", count: 2).map(\.value) == ["a", "b"])
      #expect(notices.contains { if case .outage = $0 { true } else { false } })
    }

    /// A broker that refuses for good is an error, not a wait without end.
    @Test func aLastingRefusalIsAnError() throws {
      let cluster = try MockCluster()
      try cluster.create("answers")
      let producer = try KafkaProducer(cluster.address("answers"), options: KafkaOptions(), notice: { _ in })
      defer { producer.close() }
      cluster.fail(0, with: [RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED])
      try producer.send(KafkaMessage(value: [0x61]))
      #expect(throws: KafkaError.self) { try producer.flush() }
    }
  }
#endif
