#if Kafka
  import FastKMeansCore
  import FastKMeansFormats
  import FastKMeansKafka
  import FastKMeansStreams
  import Testing

  @Suite("Kafka: restarts", .serialized, .timeLimit(.minutes(3)))
  struct RestartTests {
    /// Killed at random places, often: each record is learned exactly once, and the model is that of a file.
    @Test(arguments: [1, 2] as [UInt64])
    func killedAnywhereNothingIsLostOrDoubled(seed: UInt64) throws {
      var random = CounterRandom(seed: seed)
      let cluster = try MockCluster()
      let lines = Learning.lines(0..<300)
      try cluster.create("docs")
      try cluster.produce(lines, to: "docs")
      var learning = try Learning()
      var kills = 0
      restarts: while true {
        let source = try openSource(cluster, "docs")
        defer { source.close() }
        try source.seek(to: learning.saved.position)
        let steps = kills < 8 ? Int.random(in: 0..<6, using: &random) : .max
        for _ in 0..<steps {
          if try learning.step(source, waiting: 30) == .end { break restarts }
          if Int.random(in: 0..<3, using: &random) == 0 { try learning.save(source) }
        }
        kills += 1
        learning.kill()
      }
      #expect(learning.now.learned == (1...300).map { "\($0)" }, "seed \(seed)")
      #expect(try learning.modelBytes == Learning.fileModel(lines), "seed \(seed)")
    }

    @Test func severalPartitionsAreNeitherLostNorDoubled() throws {
      var random = CounterRandom(seed: 5)
      let cluster = try MockCluster()
      try cluster.create("docs", partitions: 3)
      for partition in 0..<3 {
        let lines = Learning.lines(partition * 100..<partition * 100 + 80)
        try cluster.produce(lines, to: "docs", partition: Int32(partition))
      }
      var learning = try Learning()
      var kills = 0
      restarts: while true {
        let source = try openSource(cluster, "docs")
        defer { source.close() }
        try source.seek(to: learning.saved.position)
        for _ in 0..<(kills < 6 ? 4 : Int.max) {
          if try learning.step(source, waiting: 30) == .end { break restarts }
          if Bool.random(using: &random) { try learning.save(source) }
        }
        kills += 1
        learning.kill()
      }
      let wanted = (0..<3).flatMap { partition in (1...80).map { partition * 100 + $0 } }
      #expect(learning.now.learned.compactMap(Int.init).sorted() == wanted)
    }

    /// What the group has committed by this reader itself does not count: an old checkpoint is gone on from.
    @Test func theCheckpointCountsNotTheCommit() throws {
      let cluster = try MockCluster()
      try cluster.create("docs")
      try cluster.produce(Learning.lines(0..<48), to: "docs")
      var learning = try Learning()
      let first = try openSource(cluster, "docs") { $0.group = "g" }
      _ = try learning.step(first, waiting: 60)
      try learning.save(first)
      let copy = learning
      try learning.run(first)
      #expect(learning.now.learned.count == 48)
      first.close()

      var old = try Learning(from: copy)
      let notices = Notices()
      let second = try openSource(cluster, "docs", notices: notices) { $0.group = "g" }
      defer { second.close() }
      try second.seek(to: old.saved.position)
      try old.run(second)
      #expect(old.now.learned == (1...48).map { "\($0)" })
      let place = TopicPartition(topic: "docs", partition: 0)
      #expect(notices.all.contains(.started(place, offset: 16, .checkpoint)))
    }

    /// A new model in an old group goes on where the group is: the others have learned what was before.
    @Test func aNewMemberGoesOnWhereTheGroupIs() throws {
      let cluster = try MockCluster()
      try cluster.create("docs")
      try cluster.produce(Learning.lines(0..<32), to: "docs")
      var learning = try Learning()
      let first = try openSource(cluster, "docs") {
        $0.group = "g"
        $0.member = "one"
      }
      _ = try learning.step(first, waiting: 60)
      try learning.save(first)
      // The commit is on its way; the answer to it comes with the next events.
      _ = try learning.step(first, waiting: 1)
      first.close()

      var other = try Learning()
      let notices = Notices()
      let second = try openSource(cluster, "docs", notices: notices) {
        $0.group = "g"
        $0.member = "two"
      }
      defer { second.close() }
      try other.run(second)
      #expect(other.now.learned == (17...32).map { "\($0)" })
      let place = TopicPartition(topic: "docs", partition: 0)
      #expect(notices.all.contains(.started(place, offset: 16, .committed(by: "one"))))
    }

    @Test func aPositionOfAnotherTopicIsRefused() throws {
      let cluster = try MockCluster()
      try cluster.create("docs")
      try cluster.create("other", partitions: 2)
      try cluster.produce(Learning.lines(0..<4), to: "docs")
      var learning = try Learning()
      let first = try openSource(cluster, "docs")
      try learning.run(first)
      first.close()
      let second = try openSource(cluster, "other")
      defer { second.close() }
      #expect(throws: KafkaError.otherTopic(expected: "other", found: "docs")) {
        try second.seek(to: learning.saved.position)
      }
    }

    @Test func aPartitionThatIsGoneIsSaid() throws {
      let cluster = try MockCluster()
      try cluster.create("docs")
      let source = try openSource(cluster, "docs")
      defer { source.close() }
      let text = #"{"next":[[3,7]],"rows":{"keys":[],"runs":[]},"topic":"docs","version":1}"#
      let place = TopicPartition(topic: "docs", partition: 3)
      #expect(throws: KafkaError.missingPartition(place, partitionCount: 1)) {
        try source.seek(to: SourcePosition(bytes: Array(text.utf8)))
      }
    }
  }

  @Suite("Kafka: records that are gone", .serialized, .timeLimit(.minutes(3)))
  struct RangeTests {
    /// A topic whose first records were deleted: the mock cluster keeps 5 MB of a partition.
    private func forgetfulCluster() throws -> (MockCluster, position: SourcePosition, learning: Learning) {
      let cluster = try MockCluster()
      try cluster.create("docs")
      try cluster.produce(Learning.lines(0..<16), to: "docs")
      var learning = try Learning()
      let source = try openSource(cluster, "docs")
      try learning.run(source)
      source.close()
      let padding = " # " + String(repeating: "x", count: 1 << 20)
      for number in 16..<26 {
        try cluster.produce(Learning.lines(number..<number + 1).map { $0 + padding }, to: "docs")
      }
      try cluster.produce(Learning.lines(26..<30), to: "docs")
      return (cluster, learning.saved.position, learning)
    }

    @Test func retentionThatPassedTheCheckpointIsAnError() throws {
      let (cluster, position, before) = try forgetfulCluster()
      var learning = try Learning(from: before)
      let source = try openSource(cluster, "docs")
      defer { source.close() }
      try source.seek(to: position)
      let error = #expect(throws: KafkaError.self) { try learning.run(source) }
      guard case .offsetOutOfRange(let place, 16, let earliest, 30) = try #require(error) else {
        Issue.record("unexpected: \(String(describing: error))")
        return
      }
      #expect(place.partition == 0)
      #expect(earliest > 16)
    }

    @Test func resetGoesOnAndSaysWhatIsLost() throws {
      let (cluster, position, before) = try forgetfulCluster()
      var learning = try Learning(from: before)
      let notices = Notices()
      let source = try openSource(cluster, "docs", notices: notices) { $0.offsetReset = .earliest }
      defer { source.close() }
      try source.seek(to: position)
      try learning.run(source)
      #expect(learning.now.learned.suffix(4) == ["27", "28", "29", "30"])
      let skipped = notices.all.compactMap { notice -> Int64? in
        if case .skipped(_, from: 16, let next) = notice { next } else { nil }
      }
      let first = try #require(skipped.first)
      // What is learned again begins exactly where the gap ends.
      #expect(learning.now.learned.count == 16 + Int(30 - first))
    }

    @Test func latestSkipsToTheEnd() throws {
      let (cluster, position, before) = try forgetfulCluster()
      var learning = try Learning(from: before)
      let source = try openSource(cluster, "docs") { $0.offsetReset = .latest }
      defer { source.close() }
      try source.seek(to: position)
      try learning.run(source)
      #expect(learning.now.learned.count == 16)
    }

    @Test func aTopicThatWasMadeAnewIsAnError() throws {
      let cluster = try MockCluster()
      try cluster.create("docs")
      try cluster.produce(Learning.lines(0..<5), to: "docs")
      let text = #"{"next":[[0,7]],"rows":{"keys":[],"runs":[]},"topic":"docs","version":1}"#
      let source = try openSource(cluster, "docs")
      defer { source.close() }
      try source.seek(to: SourcePosition(bytes: Array(text.utf8)))
      let place = TopicPartition(topic: "docs", partition: 0)
      #expect(throws: KafkaError.offsetOutOfRange(place, offset: 7, earliest: 0, latest: 5)) {
        try source.next(Learning.limits, waiting: 10, stop: StopSignal())
      }
    }
  }
#endif
