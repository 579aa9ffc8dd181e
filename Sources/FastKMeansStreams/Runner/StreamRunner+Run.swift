import FastKMeansCore
import FastKMeansFormats

extension StreamRunner {
  /// The longest time between two looks at the clock while nothing comes.
  private static let longestWait = 0.5

  /// Learns until the source ends or a stop is asked for, then saves and lets go of the state; to be called once.
  ///
  /// - Parameters:
  ///   - stop: ends the stream after the batch at hand.
  ///   - report: is called after each batch that has been learned and logged; what it throws ends the stream.
  /// - Throws: what the source, the learner, the disk and `report` throw. All that was reported is on the disk.
  public func run(stop: StopSignal, report: (BatchSummary) throws -> Void) throws {
    // Whatever happens, nobody writes into the folder any more once this call is over.
    defer {
      _ = job?.wait()
      folder.release()
    }
    tellSource()
    var hasEnded = false
    while !stop.isRequested, !hasEnded {
      switch try source.next(options.limits, waiting: waitingTime, stop: stop) {
      case .rows(let batch): try learn(batch, report)
      case .nothing: break
      case .saveFirst: try saveNow()
      case .end: hasEnded = true
      }
      try collect()
      if isCheckpointDue { try beginCheckpoint() }
    }
    if hasEnded { try finish(report) }
    try saveNow()
    source.close()
  }

  /// Seconds until something has to be done even if no row comes.
  private var waitingTime: Double {
    guard let seconds = options.checkpointSeconds else { return Self.longestWait }
    return min(Self.longestWait, max(0.01, lastCheckpointTime + seconds - clock.now))
  }

  private func learn(_ batch: RowBatch, _ report: (BatchSummary) throws -> Void) throws {
    guard batch.data.rowCount > 0 || !batch.rejected.isEmpty else { return }
    let given = try answers == nil ? nil : state.answers(to: batch.data)
    let rejectLines =
      options.rejectsPath == nil ? [] : RejectsFile.lines(for: batch.rejected, input: source.name)
    let step = try state.learn(batch.data, tests: true)
    state.counts.rejected += UInt64(batch.rejected.count)
    state.counts.zeroBased = source.zeroBased ?? state.counts.zeroBased
    let rows: LogRecord.Rows =
      source.isRereadable
      ? .reread(checksum: CRC32C(RowCoding.encode(batch.data)).value) : .content(RowCoding.encode(batch.data))
    try acknowledge(rows, rejects: rejectLines, rejectedCount: batch.rejected.count)
    if !batch.rejected.isEmpty { try source.setAside(batch.rejected) }
    if let given { try answers?.send(given, upTo: source.position) }
    tellSource()
    try tell(step, rejected: batch.rejected.count, report)
    if !state.waiting.isEmpty {
      note(
        "\(state.waitingCount) of \(state.counts.vocabularyDocuments) documents for the vocabulary have come")
    }
  }

  /// Writes the step to the log; from here on it counts.
  private func acknowledge(_ rows: LogRecord.Rows, rejects lines: [UInt8], rejectedCount: Int) throws {
    let position = source.position
    guard position.bytes.count <= SourcePosition.maxByteCount else {
      throw StreamError.positionTooLong(name: source.name, byteCount: position.bytes.count)
    }
    let record = LogRecord(
      source: source.identity, position: position, rows: rows, rejects: lines, rejectedCount: rejectedCount,
      zeroBased: state.counts.zeroBased)
    _ = try log.append(record.encoded())
    positions[source.identity] = position
    try rejects?.append(lines)
    batchesSinceCheckpoint += 1
  }

  private func tell(
    _ step: StreamState.Step, rejected: Int, _ report: (BatchSummary) throws -> Void
  ) throws {
    metrics.add(step, rejected: rejected, state)
    for var summary in step.batches {
      summary.rejected = rejected
      try report(summary)
    }
  }

  /// The source has ended: what was waiting for more documents is learned now.
  private func finish(_ report: (BatchSummary) throws -> Void) throws {
    guard !state.waiting.isEmpty else { return }
    let step = try state.finish(tests: true)
    try acknowledge(.end, rejects: [], rejectedCount: 0)
    try tell(step, rejected: 0, report)
  }

  /// Tells the source what is known of its rows now.
  func tellSource() { source.expect(state.expectation) }
}

extension StreamState {
  var expectation: RowExpectation {
    let known = classifier.learner.shape?.featureCount
    return RowExpectation(
      featureCount: textOptions == nil ? known ?? counts.featureCount : nil,
      labelKind: classifier.classes.first?.kind
        ?? waiting.lazy.compactMap { $0.labels?.labels.first?.kind }.first,
      zeroBased: counts.zeroBased)
  }

  /// What the model says about rows before it learns from them; nothing while there is no model.
  func answers(to data: LabelledData) throws -> [Answer<Label>] {
    guard data.rowCount > 0, !classifier.classes.isEmpty else { return [] }
    let model = try classifier.model
    switch data {
    case .features(let features, _): return try model.classify(features, top: 1)
    case .text(let documents, _):
      guard let vectorizer else { return [] }
      let rows = try vectorizer.transform(documents, workers: classifier.options.threadCount).rows
      return try model.classify(.sparse(rows), top: 1)
    }
  }
}
