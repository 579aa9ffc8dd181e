#if Kafka
  import FastKMeansCore
  import FastKMeansFormats
  import FastKMeansKafka
  import FastKMeansStreams
  import Testing

  @Suite("Kafka: groups", .serialized, .timeLimit(.minutes(4)))
  struct RebalanceTests {
    private struct Member {
      var learning: Learning
      let source: KafkaSource
      let notices: Notices
      /// How often it was asked to save before partitions went to another member.
      var handovers = 0
      /// Whether each batch is saved, and so committed, at once.
      var savesEachBatch = false

      init(_ cluster: MockCluster, _ name: String) throws {
        let notices = Notices()
        self.notices = notices
        learning = try Learning()
        source = try openSource(cluster, "docs", notices: notices) {
          $0.group = "g"
          $0.member = name
          $0.stopsAtEnd = false
        }
      }

      mutating func step() throws {
        let limits = BatchLimits(maxRows: 8, maxBytes: .max, maxDelay: 0.2)
        switch try learning.step(source, limits: limits, waiting: 0.1) {
        case .rows: if savesEachBatch { try learning.save(source) }
        case .saveFirst: handovers += 1
        case .nothing, .end: break
        }
      }
    }

    private func fill(_ cluster: MockCluster, from first: Int, count: Int) throws {
      for partition in 0..<4 {
        let start = partition * 1000 + first
        try cluster.produce(Learning.lines(start..<start + count), to: "docs", partition: Int32(partition))
      }
    }

    /// A second member joins, then leaves: together they learn each record once.
    ///
    /// The mock cluster takes no commit once a rebalance has begun, which real brokers do. So what is learned before
    /// one begins is committed before.
    @Test func partitionsGoFromHandToHandWithoutLossOrDoubling() throws {
      let cluster = try MockCluster()
      try cluster.create("docs", partitions: 4)
      try fill(cluster, from: 0, count: 30)
      var one = try Member(cluster, "one")
      one.savesEachBatch = true
      while one.learning.now.learned.count < 120 { try one.step() }
      for _ in 0..<5 { try one.step() }

      var two = try Member(cluster, "two")
      two.savesEachBatch = true
      func isStarted(_ notice: KafkaNotice) -> Bool { if case .started = notice { true } else { false } }
      while !two.notices.contains(isStarted) {
        try one.step()
        try two.step()
      }
      try fill(cluster, from: 30, count: 30)
      func learned() -> [String] { one.learning.now.learned + two.learning.now.learned }
      while Set(learned()).count < 240 {
        try one.step()
        try two.step()
      }
      #expect(one.handovers >= 1)
      #expect(!two.learning.now.learned.isEmpty)

      // The second member leaves as a stream does that is stopped: it saves, then closes.
      two.learning.stop.request()
      try two.step()
      try two.learning.save(two.source)
      two.source.close()
      try fill(cluster, from: 60, count: 10)
      while Set(learned()).count < 280 { try one.step() }
      one.source.close()

      #expect(
        learned().compactMap(Int.init).sorted()
          == (0..<4).flatMap { partition in (1...70).map { partition * 1000 + $0 } },
        "one: \(one.notices.all.map(\.description)), two: \(two.notices.all.map(\.description))")
    }

    /// A member that is killed leaves no commit behind that is ahead of its checkpoint; the other one goes on from
    /// the checkpoint, and learns what the killed one had not saved.
    @Test func aKilledMembersRecordsGoToTheOther() throws {
      let cluster = try MockCluster()
      try cluster.create("docs", partitions: 4)
      try fill(cluster, from: 0, count: 20)
      var one = try Member(cluster, "one")
      while one.learning.now.learned.count < 24 { try one.step() }
      try one.learning.save(one.source)
      try one.step()
      while one.learning.now.learned.count < 48 { try one.step() }
      one.learning.kill()
      let kept = one.learning.saved.learned
      one.source.close()

      var two = try Member(cluster, "two")
      defer { two.source.close() }
      while two.learning.now.learned.count + kept.count < 80 { try two.step() }
      let learned = (kept + two.learning.now.learned).compactMap(Int.init).sorted()
      #expect(learned == (0..<4).flatMap { partition in (1...20).map { partition * 1000 + $0 } })
    }

    /// What was gathered when the partitions are taken back is learned and saved first.
    @Test func gatheredRecordsAreSavedBeforePartitionsGo() throws {
      let cluster = try MockCluster()
      try cluster.create("docs", partitions: 4)
      try fill(cluster, from: 0, count: 5)
      var one = try Member(cluster, "one")
      let patient = BatchLimits(maxRows: 1000, maxBytes: .max, maxDelay: 600)
      while one.source.counts.records < 20 {
        _ = try one.learning.step(one.source, limits: patient, waiting: 0.1)
      }
      #expect(one.learning.now.learned.isEmpty)
      var two = try Member(cluster, "two")
      var events: [SourceEvent] = []
      while events.last != .saveFirst {
        let event = try one.learning.step(one.source, limits: patient, waiting: 0.1)
        if event != .nothing { events.append(event) }
        try two.step()
      }
      #expect(events.count == 2)
      #expect(one.learning.saved.learned.count == 20)
      for _ in 0..<40 {
        try one.step()
        try two.step()
      }
      #expect(one.learning.now.learned.count == 20)
      // Where the commit was refused, which is reported, the next member learns them too.
      let wasRefused = one.notices.contains { if case .commitFailed = $0 { true } else { false } }
      #expect(two.learning.now.learned.isEmpty || wasRefused)
      one.source.close()
      two.source.close()
    }
  }
#endif
