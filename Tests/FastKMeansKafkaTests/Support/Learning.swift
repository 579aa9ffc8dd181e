#if Kafka
  import FastKMeansCore
  import FastKMeansFormats
  import FastKMeansKafka
  import FastKMeansStreams
  import FastKMeansTestSupport
  import Testing

  /// The smallest thing that learns from a source as a stream does: what was learned and the position are saved
  /// together, and everything since the last save is lost when it is killed.
  struct Learning {
    struct Saved {
      var classifier: FastKMeansClassifier<Label>
      var position = SourcePosition.beginning
      var learned: [String] = []
    }

    static let featureCount = 50
    static let limits = BatchLimits(maxRows: 16, maxBytes: .max, maxDelay: 600)

    private(set) var saved: Saved
    private(set) var now: Saved
    /// Batches learned since the beginning.
    private(set) var batches = 0
    private(set) var rejected: [RejectedRow] = []
    let stop = StopSignal()

    init() throws {
      saved = Saved(classifier: try FastKMeansClassifier<Label>(prototypesPerClass: 2))
      now = saved
    }

    /// A new process that goes on from what another has saved.
    init(from other: Learning) throws {
      saved = other.saved
      now = other.saved
    }

    /// What a killed process would find when it is started again.
    mutating func kill() { now = saved }

    mutating func save(_ source: any RowSource) throws {
      saved = now
      try source.didSave(upTo: saved.position)
    }

    /// One call of the source, and what it asks for.
    ///
    /// - Returns: `false` at the end.
    mutating func step(
      _ source: any RowSource, limits: BatchLimits = Learning.limits, waiting: Double = 0.3
    ) throws -> SourceEvent {
      let event = try source.next(limits, waiting: waiting, stop: stop)
      switch event {
      case .rows(let batch): try learn(batch, source.position)
      case .saveFirst: try save(source)
      case .nothing, .end: break
      }
      return event
    }

    /// Learns until the source has ended, with a save after every few batches.
    mutating func run(_ source: any RowSource, savingEvery interval: Int = 3) throws {
      while try step(source, waiting: 30) != .end {
        if batches.isMultiple(of: interval) { try save(source) }
      }
      try save(source)
    }

    private mutating func learn(_ batch: RowBatch, _ position: SourcePosition) throws {
      guard case .features(let features, let labels) = batch.data else { throw Mismatch() }
      if let labels, features.rowCount > 0 {
        try now.classifier.fitBatch(features, labels: labels)
        now.learned += Self.rowTexts(features, labels)
      }
      now.position = position
      rejected += batch.rejected
      batches += 1
    }

    var modelBytes: [UInt8] {
      get throws { try ModelFile.bytes(of: ModelContents(model: now.classifier.model)) }
    }

    struct Mismatch: Error {}

    /// Each test row has its number as the value of its first feature.
    private static func rowTexts(_ features: Features, _ labels: LabelColumn) -> [String] {
      guard case .sparse(let matrix) = features else { return [] }
      return (0..<matrix.rowCount).map { "\(Int(matrix.values[matrix.rowOffsets[$0]]))" }
    }

    /// Rows as SVMlight lines; the first feature's value is the row's number.
    static func lines(_ range: Range<Int>) -> [String] {
      range.map { number in
        var random = CounterRandom(seed: UInt64(number), stream: 7)
        let label = Int.random(in: 0..<5, using: &random)
        let features = (0..<6).map { label * 8 + 2 + $0 }.filter { _ in Bool.random(using: &random) }
          .map { "\($0):\(Double(Int.random(in: 1...40, using: &random)) / 8)" }
        return (["class\(label)", "1:\(number + 1)"] + features).joined(separator: " ")
      }
    }

    static var reader: ReaderOptions {
      var options = ReaderOptions()
      options.featureCount = featureCount
      options.zeroBased = .false
      options.labelKind = .text
      return options
    }

    /// The model that the same rows in a file make.
    static func fileModel(_ lines: [String], limits: BatchLimits = Learning.limits) throws -> [UInt8] {
      let folder = try ScratchFolder()
      var options = reader
      options.format = .svmlight
      options.setsBadRowsAside = true
      let reader = try RowReader(
        path: folder.file("rows.svmlight", lines.map { $0 + "\n" }.joined()), options: options)
      var learning = try Learning()
      while let batch = try reader.next(maxRows: limits.maxRows, maxBytes: limits.maxBytes) {
        try learning.learn(batch, .beginning)
      }
      return try learning.modelBytes
    }
  }

  /// A source on the mock cluster with the tests' options.
  func openSource(
    _ cluster: MockCluster, _ topic: String, deadLetter: String? = nil,
    notices: Notices = Notices(), _ change: (inout KafkaOptions) -> Void = { _ in }
  ) throws -> KafkaSource {
    var options = KafkaOptions()
    options.stopsAtEnd = true
    // The mock cluster lets each rebalance last as long as a session.
    options.properties = [
      "reconnect.backoff.ms": "20", "reconnect.backoff.max.ms": "100", "session.timeout.ms": "6000",
      "heartbeat.interval.ms": "200", "socket.timeout.ms": "3000",
    ]
    change(&options)
    return try KafkaSource(
      cluster.address(topic), format: .svmlight, reader: Learning.reader, options: options,
      deadLetter: deadLetter.map { try cluster.address($0) }, notice: { notices.add($0) })
  }

  /// What a source has said.
  final class Notices {
    private(set) var all: [KafkaNotice] = []
    func add(_ notice: KafkaNotice) { all.append(notice) }
    func contains(_ isMeant: (KafkaNotice) -> Bool) -> Bool { all.contains(where: isMeant) }
  }
#endif
