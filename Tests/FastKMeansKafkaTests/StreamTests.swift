#if Kafka
  import FastKMeansCore
  import FastKMeansFormats
  import FastKMeansKafka
  import FastKMeansStreams
  import FastKMeansTestSupport
  import Foundation
  import Testing

  /// The whole of a stream: Kafka, learning, log and checkpoints.
  @Suite("Kafka: whole streams", .serialized, .timeLimit(.minutes(4)))
  struct StreamTests {
    private struct Killed: Error {}

    private func options(_ model: String) -> StreamOptions {
      var options = StreamOptions(modelPath: model)
      options.training.prototypesPerClass = 2
      options.limits = Learning.limits
      options.checkpointSeconds = nil
      options.checkpointBatches = 3
      options.featureCount = Learning.featureCount
      return options
    }

    /// The thread that writes checkpoints may hold the lock for a moment longer than the stream that was killed.
    private func start(
      _ model: String, _ source: any RowSource, _ answers: (any AnswerSink)? = nil
    ) throws -> StreamRunner {
      let begin = ContinuousClock.now
      while true {
        do {
          return try StreamRunner(options(model), source: source, answers: answers, note: { _ in })
        } catch StreamError.locked where begin.duration(to: .now) < .seconds(30) {
          usleep(10_000)
        }
      }
    }

    private func fileModel(_ lines: [String], in folder: ScratchFolder) throws -> [UInt8] {
      let rows = try folder.file("rows.svmlight", lines.map { $0 + "\n" }.joined())
      let model = folder.file("file.safetensors")
      let source = try FileRowSource(path: rows, format: .svmlight, options: Learning.reader)
      try StreamRunner(options(model), source: source, note: { _ in }).run(stop: StopSignal()) { _ in }
      return try ScratchFolder.bytes(model)
    }

    /// Killed after every few batches and started again, the model file is that of an uninterrupted stream from a
    /// file, and every record has been answered, with its key.
    @Test func killedAndStartedAgainItEndsWithTheModelOfAFile() throws {
      let cluster = try MockCluster()
      try cluster.create("docs")
      try cluster.create("answers")
      let lines = Learning.lines(0..<400)
      try cluster.produce(lines, to: "docs", keys: lines.indices.map { "key\($0)" })
      let folder = try ScratchFolder()
      let model = folder.file("kafka.safetensors")
      for batchesToLive in [1, 2, 4, 5, 3, 1, 2, Int.max] {
        let source = try openSource(cluster, "docs") { $0.namesRecords = true }
        defer { source.close() }
        let stop = StopSignal()
        let answers = try KafkaAnswers(
          cluster.address("answers"), source: cluster.address("docs"), options: KafkaOptions(), stop: stop,
          encode: { "\($0.best.label)" })
        defer { answers.close() }
        let runner = try start(model, source, answers)
        var batches = 0
        do {
          try runner.run(stop: stop) { _ in
            batches += 1
            if batches == batchesToLive { throw Killed() }
          }
        } catch is Killed {}
      }
      #expect(try ScratchFolder.bytes(model) == fileModel(lines, in: folder))

      // The first batch comes before the model knows anything. Some answers may come twice.
      let told = try TopicReader(cluster, "answers").read(count: 384)
      let byOffset = Dictionary(grouping: told) { $0.headers["fastkmeans.source.offset"] ?? "" }
      #expect(Set(byOffset.keys) == Set((16..<400).map { "\($0)" }))
      for (offset, same) in byOffset {
        #expect(same.allSatisfy { $0.key.map { String(decoding: $0, as: UTF8.self) } == "key\(offset)" })
        #expect(Set(same.map(\.value)).count == 1, "an answer that comes again is the same")
      }
    }

    /// The order between partitions is in the log: a crash after a batch was logged does not change the model.
    @Test func theLogRepeatsTheOrderBetweenPartitions() throws {
      let cluster = try MockCluster(brokers: 3)
      try cluster.create("docs", partitions: 3)
      for partition in 0..<3 {
        let lines = Learning.lines(partition * 100..<partition * 100 + 80)
        try cluster.produce(lines, to: "docs", partition: Int32(partition))
      }
      let folder = try ScratchFolder()
      let model = folder.file("kafka.safetensors")
      var shown: [[Double]] = []
      for life in 0..<2 {
        let source = try openSource(cluster, "docs")
        defer { source.close() }
        let runner = try start(model, source)
        if life == 1 { #expect(runner.batchCount == 7) }
        do {
          try runner.run(stop: StopSignal()) {
            shown.append([Double($0.batch), Double($0.documents)])
            if life == 0, $0.batch == 7 { throw Killed() }
          }
        } catch is Killed {}
      }
      #expect(shown.map { $0[0] } == (1...15).map(Double.init))
      #expect(shown.reduce(0) { $0 + $1[1] } == 240)
    }
  }
#endif
