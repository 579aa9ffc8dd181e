#if Kafka
  import FastKMeansFormats
  import FastKMeansKafka
  import FastKMeansStreams
  import Testing

  @Suite("Kafka: reading", .serialized, .timeLimit(.minutes(3)))
  struct ReadingTests {
    @Test func learnsWhatAFileWouldTeach() throws {
      let cluster = try MockCluster()
      let lines = Learning.lines(0..<200)
      try cluster.create("docs")
      try cluster.produce(lines, to: "docs")
      var learning = try Learning()
      let source = try openSource(cluster, "docs")
      defer { source.close() }
      try learning.run(source)
      #expect(learning.now.learned == (1...200).map { "\($0)" })
      #expect(try learning.modelBytes == Learning.fileModel(lines))
      #expect(source.counts.records == 200)
    }

    @Test func readsAllPartitions() throws {
      let cluster = try MockCluster(brokers: 3)
      try cluster.create("docs", partitions: 4)
      for partition in 0..<4 {
        let lines = Learning.lines(partition * 100..<partition * 100 + 50)
        try cluster.produce(lines, to: "docs", partition: Int32(partition))
      }
      var learning = try Learning()
      let source = try openSource(cluster, "docs")
      defer { source.close() }
      try learning.run(source)
      let wanted = (0..<4).flatMap { partition in (1...50).map { partition * 100 + $0 } }
      #expect(learning.now.learned.compactMap(Int.init).sorted() == wanted)
      for partition in 0..<4 {
        // Within a partition the order is the topic's.
        let own = learning.now.learned.compactMap(Int.init).filter { ($0 - 1) / 100 == partition }
        #expect(own == own.sorted())
      }
    }

    @Test func passesOverTombstones() throws {
      let cluster = try MockCluster()
      try cluster.create("docs")
      let lines = Learning.lines(0..<6)
      try cluster.produce(
        [lines[0], nil, lines[1], nil, nil, lines[2]], to: "docs", keys: ["a", "b", "c", "d"])
      var learning = try Learning()
      let source = try openSource(cluster, "docs")
      defer { source.close() }
      try learning.run(source)
      #expect(learning.now.learned == ["1", "2", "3"])
      #expect(learning.rejected.isEmpty)
      #expect(source.counts.tombstones == 3)
      #expect(source.counts.records == 6)
    }

    @Test func takesLargeRecords() throws {
      let cluster = try MockCluster()
      try cluster.create("docs")
      let large = Learning.lines(0..<1)[0] + " # " + String(repeating: "x", count: 3 << 20)
      try cluster.produce([large, Learning.lines(1..<2)[0]], to: "docs")
      var learning = try Learning()
      let source = try openSource(cluster, "docs")
      defer { source.close() }
      try learning.run(source)
      #expect(learning.now.learned == ["1", "2"])
    }

    @Test func rejectsRecordsAboveTheLimit() throws {
      let cluster = try MockCluster()
      try cluster.create("docs")
      let large = Learning.lines(0..<1)[0] + " # " + String(repeating: "x", count: 100_000)
      try cluster.produce([large, Learning.lines(1..<2)[0]], to: "docs")
      var learning = try Learning()
      let source = try openSource(cluster, "docs") { $0.maxRecordBytes = 50_000 }
      defer { source.close() }
      try learning.run(source)
      #expect(learning.now.learned == ["2"])
      #expect(learning.rejected.count == 1)
      #expect(learning.rejected.first?.reason.path.hasSuffix("partition 0, offset 0") ?? false)
    }

    @Test func aSlowTopicIsNotHeldBack() throws {
      let cluster = try MockCluster()
      try cluster.create("docs")
      try cluster.produce(Learning.lines(0..<3), to: "docs")
      var learning = try Learning()
      let source = try openSource(cluster, "docs") { $0.stopsAtEnd = false }
      defer { source.close() }
      let limits = BatchLimits(maxRows: 1000, maxBytes: .max, maxDelay: 0.2)
      var events: [SourceEvent] = []
      while learning.now.learned.count < 3 {
        events.append(try learning.step(source, limits: limits, waiting: 30))
      }
      #expect(try learning.step(source, limits: limits, waiting: 0.1) == .nothing)
    }

    @Test func aStopLeavesGatheredRecordsForLater() throws {
      let cluster = try MockCluster()
      try cluster.create("docs")
      try cluster.produce(Learning.lines(0..<20), to: "docs")
      var learning = try Learning()
      var source = try openSource(cluster, "docs") { $0.stopsAtEnd = false }
      _ = try learning.step(source, waiting: 30)
      #expect(learning.now.learned.count == 16)
      // The other four are gathered while it waits for more.
      #expect(try learning.step(source, waiting: 1) == .nothing)
      learning.stop.request()
      #expect(try learning.step(source) == .nothing)
      #expect(learning.now.learned.count == 16)
      try learning.save(source)
      source.close()

      var later = try Learning(from: learning)
      source = try openSource(cluster, "docs")
      defer { source.close() }
      try source.seek(to: later.saved.position)
      try later.run(source)
      #expect(later.now.learned == (1...20).map { "\($0)" })
    }

    @Test func aClosedSourceSaysSo() throws {
      let cluster = try MockCluster()
      try cluster.create("docs")
      let source = try openSource(cluster, "docs")
      source.close()
      source.close()
      #expect(throws: KafkaError.closed) {
        try source.next(Learning.limits, waiting: 1, stop: StopSignal())
      }
    }
  }
#endif
